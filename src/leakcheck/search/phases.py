"""The search: what breaks in the orders that people run is settled first, then what is latent; both are proven."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

from leakcheck.analysis import meant_witnesses
from leakcheck.analysis.facts.discoveries import is_another_worth_while
from leakcheck.orders import View
from leakcheck.orders.isolated import Strategy as Isolated
from leakcheck.orders.random import Strategy as Random
from leakcheck.orders.random import backward
from leakcheck.progress import Outlook
from leakcheck.records import Alone, Order
from leakcheck.search.cleaners import find_cleaners
from leakcheck.search.deep_search import look_deep, name_early, name_lines
from leakcheck.search.drawn import with_reverses
from leakcheck.search.hash_seeds import vary_hash_seed
from leakcheck.search.named import meet_named
from leakcheck.search.once_more import OnceMore
from leakcheck.search.outlook import declared_seconds, outlook
from leakcheck.search.pairs import combine, cover_pairs, meet_elsewhere
from leakcheck.search.proof import confirm
from leakcheck.search.questions import order_for
from leakcheck.search.rows import isolate, make_sure_of_doubtful
from leakcheck.search.session import AuditSession
from leakcheck.search.short_of_time import Turns, is_short_of_time, kept_for_proof
from leakcheck.search.used_databases import ask_used_databases
from leakcheck.search.witnesses import find_alternatives, find_more, find_witnesses


@dataclass(frozen=True)
class Plan:
    """What differs between searches. `latent`: leaked values are put in front of their readers. `rounds`: so often
    what is known is proven. `whole`: the audit is about everybody, so others who leak the same are looked for, and
    what came to light last is proven and gets its lines."""

    latent: bool = True
    rounds: int = 1
    whole: bool = True


def settle(bench: AuditSession) -> None:
    """Find every order dependence, prove it, and cover every pair of a leaked value and its reader."""
    profile = bench.profile
    bench.progress.expect(outlook(bench))
    if is_short_of_time(bench):
        settle_in_turns(bench)
        return
    with kept_for_proof(bench):
        if not profile.isolate_all:
            orders_and_differing(bench)
        elif bench.engine.fork:
            orders_and_profiles(bench)
        else:
            orders_and_suspects(bench)
    try_meant(bench)
    _set_budget(bench)
    find_and_prove(bench, Plan(latent=profile.search))


def settle_the_rest(bench: AuditSession) -> None:
    """What is still open where all orders have run, and all tests alone, if in shards."""
    _set_budget(bench)
    find_and_prove(bench, Plan(latent=bench.profile.search))


def settle_in_turns(bench: AuditSession) -> None:
    """The same where the time may not suffice: what the orders and tests so far have shown is proven, and then more
    of them run, as long as there is time."""
    turns = Turns(bench, lambda bench: (_suspects(bench), _loud(bench)), _backwards)
    with kept_for_proof(bench):
        turns.take()
    try_meant(bench)
    while True:
        _set_budget(bench)
        find_and_prove(bench, Plan(latent=bench.profile.search))
        with kept_for_proof(bench):
            if not turns.take():
                break
    turns.leave()


def find_and_prove(bench: AuditSession, plan: Plan) -> None:
    """All that follows the orders: what they have shown is settled first, then what is latent; both are proven."""
    bench.learn_other_orders()
    once_more = OnceMore(bench)
    once_more.settle()
    find_witnesses(bench, "explain")
    vary_hash_seed(bench)
    if plan.latent:
        _meet(bench)
    prove(bench, plan.rounds)
    if plan.latent:
        _search(bench, plan)
    once_more.settle()
    if plan.whole:
        name_early(bench)
        confirm(bench)
        look_deep(bench)
        if plan.latent:
            name_lines(bench)
            ask_used_databases(bench)
        once_more.settle()
    if plan.latent:
        find_cleaners(bench)


def _meet(bench: AuditSession) -> None:
    """What no order has shown yet, leaked values before readers: a spent budget costs depth, not findings."""
    cover_pairs(bench)
    meet_elsewhere(bench)


def _search(bench: AuditSession, plan: Plan) -> None:
    """Why what was met changes outcomes, leaked values together in front of their readers, and who else does it."""
    if plan.whole:
        meet_named(bench)
        find_witnesses(bench)
    combine(bench)
    find_witnesses(bench)
    prove(bench, plan.rounds)
    if plan.whole:
        find_more(bench)


def prove(bench: AuditSession, rounds: int = 1) -> None:
    """Name what leaked where that is cheap, confirm what is known, name the rest, and ask who else leaves it."""
    for _ in range(rounds):
        name_early(bench)
        confirm(bench)
        look_deep(bench)
        find_alternatives(bench)


def orders_and_profiles(bench: AuditSession) -> None:
    """Every test alone, then the whole suite in other orders, in which what the former changed is watched."""
    isolate(bench)
    other_orders(bench)
    make_sure_of_doubtful(bench)


def other_orders(bench: AuditSession) -> None:
    """The whole suite in other orders: random pairs one after the other where these shall end with nothing new, and
    not all have a lane of their own anyway."""
    view = bench.view()
    if _all_at_once(bench, view):
        _run_orders(bench, with_reverses(bench, bench.orders(view)))
        return
    # Who runs a few orders of many cannot tell when they show nothing new.
    adapts = bench.sees_all and bench.options.random_until != "all"
    step = min(1, view.random) if adapts else view.random
    _run_orders(bench, bench.orders(replace(view, random=step)))
    for number in range(step, view.random) if step else ():
        if not is_another_worth_while(bench.executions):
            return
        _run_orders(bench, Random().propose(replace(bench.view(), random=1, seed=view.seed + number)))


def _all_at_once(bench: AuditSession, view: View) -> bool:
    """Whether there are so many lanes that to wait for what the first orders show saves no time."""
    return bench.engine.at_a_time > 2 * view.random + 1


def _run_orders(bench: AuditSession, orders: list[Order]) -> None:
    done = [each.order for each in bench.run("orders", orders)]
    missing = _backwards(done, orders)
    if missing:
        bench.run("orders", missing)


def orders_and_suspects(bench: AuditSession) -> None:
    """Where a process is dear, alone run only tests that differ between orders, that leave something behind, or
    that read what others left."""
    other_orders(bench)
    bench.run("isolated", Isolated().propose(bench.view(filter(bench.concerns, _loud(bench)))))


def _loud(bench: AuditSession) -> set[str]:
    """Tests that differ between orders, leave something behind, or read what others left."""
    outcomes: dict[str, set[bool]] = {}
    loud: set[str] = set()
    for timeline in bench.known().timelines:
        for place, run in enumerate(timeline.runs):
            outcomes.setdefault(run.test, set()).add(run.bad)
            if run.changes or run.finalised or timeline.read(place, set(run.reads)):
                loud.add(run.test)
    return loud | {test for test, seen in outcomes.items() if len(seen) > 1}


def orders_and_differing(bench: AuditSession) -> None:
    """Where time is dear, alone run only tests under suspicion, and beside the last order those that are known by
    then."""
    orders = bench.orders(bench.view())
    last = [order for order in orders if order.is_backward]
    done = bench.run("orders", [order for order in orders if order not in last])
    last = last or _backwards([each.order for each in done], orders)
    known = _suspects(bench)
    bench.run("isolated", [*last, *_once_alone(bench, known)])
    bench.run("isolated", _once_alone(bench, _suspects(bench) - known))


def _once_alone(bench: AuditSession, tests: set[str]) -> list[Order]:
    return [
        replace(order, question=Alone()) for order in Isolated().propose(bench.view(filter(bench.concerns, tests)))
    ]


def _suspects(bench: AuditSession) -> set[str]:
    """Tests that differ between orders, those that left what these consult, and those with a mark `depends_on`."""
    outcomes: dict[str, set[bool]] = {}
    for execution in bench.executions:
        for run in execution.runs:
            outcomes.setdefault(run.test, set()).add(run.bad)
    differing = {test for test, seen in outcomes.items() if len(seen) > 1}
    writers = {
        value.writer
        for timeline in bench.known().timelines
        for place, run in enumerate(timeline.runs)
        if run.test in differing
        for value in timeline.read(place, set(run.reads)).values()
    }
    return differing | writers | set(meant_witnesses(bench.suite))


def _backwards(done: list[Order], asked: list[Order]) -> list[Order]:
    """A plugin's random orders tell their sequence when they run: then they can run reversed. Of others the reverse
    is `asked` for from the start, here or by another shard."""
    untold = {order.seed for order in asked if not order.tests}
    shuffled = [order for order in done if order.kind == "random" and order.tests and order.seed in untold]
    reversed_ones = {order.seed for order in shuffled if order.is_backward}
    return [backward(order) for order in shuffled if not order.is_backward and order.seed not in reversed_ones]


def _set_budget(bench: AuditSession) -> None:
    seconds = bench.search_seconds(declared_seconds(bench))
    bench.deadline = time.monotonic() + seconds
    bench.progress.expect(Outlook(search=seconds))


def try_meant(bench: AuditSession) -> None:
    """Run every test with a mark `depends_on` once behind these tests."""
    wanted = meant_witnesses(bench.suite).values()
    orders = [order_for(bench.suite, each) for each in wanted if not bench.is_lethal(*each.before, each.test)]
    if orders:
        bench.run("meant", orders)
