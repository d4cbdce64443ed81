"""The search: which tests must run before which, so that every difference is explained by a minimal witness."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace

from leakcheck.analysis import coverage_of, edges_of, in_place
from leakcheck.analysis.commands import arguments, import_arguments
from leakcheck.analysis.edges import carriers
from leakcheck.analysis.evidence import Evidence, Witness, bad, good
from leakcheck.audit.bench import Bench
from leakcheck.records import Execution, Location, Order
from leakcheck.strategies import _pairs
from leakcheck.strategies._shrink import minimal

REPEATS = 4
MAX_SINGLES = 12
MAX_ROUNDS = 4

Batch = Generator[list[Witness], Evidence, None]


def cover_pairs(bench: Bench) -> None:
    """Put every leaked value in front of every test that reads its location."""
    tried: set[tuple[tuple[str, ...], str]] = set()
    for _ in range(MAX_ROUNDS):
        coverage = coverage_of(bench.executions, bench.suite)
        loud = {sequence[-1] for sequences in coverage.producers.values() for sequence in sequences}
        wanted = []
        for pair in coverage.uncovered:
            sequences = coverage.producers[pair.location, pair.digest]
            fitting = [each for each in sequences if (each, pair.reader) not in tried]
            if fitting and not {*fitting[0], pair.reader} & bench.lethal.keys():
                wanted.append((fitting[0], pair.reader))
        tried.update(wanted)
        if not bench.spend("pairs", _pairs.propose(wanted, loud)):
            return


def explain_differences(bench: Bench) -> None:
    """Shrink every difference between a test alone and the test in an order to a minimal witness."""
    settled: set[str] = set()
    for _ in range(MAX_ROUNDS):
        inquiries = {
            test: _inquire(bench, test, execution)
            for test, execution in _differences(bench).items()
            if test not in settled
        }
        if not inquiries:
            return
        settled |= inquiries.keys()
        _drive(bench, "explain", list(inquiries.values()))
        find_alternatives(bench)
        cover_pairs(bench)


def _differences(bench: Bench) -> dict[str, Execution]:
    """Each test whose outcome in some order is not the one it has alone, with the shortest such execution."""
    profiles = bench.evidence().profiles
    found: dict[str, tuple[int, Execution]] = {}
    for execution in bench.executions:
        if execution.order.kind == "isolated" or execution.order.restore:
            continue
        for position, run in enumerate(execution.runs):
            profile = profiles.get(run.test)
            differs = profile is not None and ((profile.good and run.bad) or (profile.bad and run.good))
            if differs and (run.test not in found or position < found[run.test][0]):
                found[run.test] = (position, execution)
    selves = _again_bad(bench)
    return {**{test: execution for test, (_, execution) in found.items()}, **selves}


def _again_bad(bench: Bench) -> dict[str, Execution]:
    """Tests that passed alone and failed when run again in the same process."""
    return {
        execution.runs[0].test: execution
        for execution in bench.executions
        if execution.order.kind == "isolated" and execution.runs
        if execution.runs[0].good and execution.runs[0].again is not None and bad(execution.runs[0].again)
    }


def _inquire(bench: Bench, test: str, execution: Execution) -> Batch:
    """Why `test` behaves otherwise in `execution` than alone."""
    if execution.order.kind == "isolated":
        yield [Witness((test,), test)]
        return
    prefix = _prefix(execution, test)
    wanted = _wanted(bench, test)
    evidence = yield [Witness((), test)]
    if evidence.verdict(Witness((), test)) is wanted:
        yield from _inquire_imports(bench, test, wanted)
        return
    likely, others = _suspects(bench, execution, test)
    suspects = [*likely, *others]
    for group in (likely, others[:MAX_SINGLES]):
        evidence = yield [Witness((suspect,), test) for suspect in group]
        if any(evidence.verdict(Witness((suspect,), test)) is wanted for suspect in group):
            return
    for sequence in (tuple(each for each in prefix if each in set(suspects)), prefix):
        if len(sequence) > 1 or sequence == prefix:
            evidence = yield [Witness(sequence, test)]
            if sequence and evidence.verdict(Witness(sequence, test)) is wanted:
                yield from _shrink(sequence, test, wanted)
                return


def _shrink(sequence: tuple[str, ...], test: str, wanted: bool) -> Batch:
    questions = minimal(sequence)
    batch = next(questions, None)
    while batch:
        evidence = yield [Witness(candidate, test) for candidate in batch]
        answers = [evidence.verdict(Witness(candidate, test)) is wanted for candidate in batch]
        try:
            batch = questions.send(answers)
        except StopIteration:
            return


def _inquire_imports(bench: Bench, test: str, wanted: bool) -> Batch:
    """The test behaves otherwise as soon as other test files are imported: which?"""
    own = next(item.file for item in bench.suite.tests if item.id == test)
    files = list(dict.fromkeys(item.file for item in bench.suite.tests if item.file != own))
    known = [change.cause for change in bench.suite.import_changes if change.cause in files]
    suspects = list(dict.fromkeys(known))
    evidence = yield [Witness((), test, (file,)) for file in suspects]
    if any(evidence.verdict(Witness((), test, (file,))) is wanted for file in suspects):
        return
    questions = minimal(files)
    batch = next(questions, None)
    while batch:
        evidence = yield [Witness((), test, candidate) for candidate in batch]
        answers = [evidence.verdict(Witness((), test, candidate)) is wanted for candidate in batch]
        try:
            batch = questions.send(answers)
        except StopIteration:
            return


def _drive(bench: Bench, phase: str, inquiries: Sequence[Batch]) -> None:
    """Ask what all inquiries want to know, in one batch a round, each question once."""
    waiting: list[tuple[Batch, list[Witness]]] = []
    for inquiry in inquiries:
        first = next(inquiry, None)
        if first is not None:
            waiting.append((inquiry, first))
    while waiting:
        evidence = bench.evidence()
        asked = dict.fromkeys(witness for _, batch in waiting for witness in batch)
        orders = [_order(bench, each) for each in asked if each not in evidence.outcomes]
        if orders and not bench.spend(phase, orders):
            return
        evidence = bench.evidence()
        still = []
        for inquiry, _ in waiting:
            try:
                still.append((inquiry, inquiry.send(evidence)))
            except StopIteration:
                continue
        waiting = still


def _order(bench: Bench, witness: Witness, **changes: object) -> Order:
    """The order that asks about `witness`."""
    tests = (*witness.before, witness.test)
    own = tuple(dict.fromkeys(item.file for item in bench.suite.tests if item.id == witness.test))
    collect = (*witness.files, *own) if witness.files else ()
    order = Order(f"{witness.test} after {len(witness.before)}", "confirm", tests, collect=collect, full=True)
    return replace(order, **changes)  # type: ignore[arg-type]


def _wanted(bench: Bench, test: str) -> bool:
    """True when the question is what breaks the test, False when it is what enables it."""
    return bench.evidence().profiles[test].good


def _prefix(execution: Execution, test: str) -> tuple[str, ...]:
    tests = [run.test for run in execution.runs]
    return tuple(tests[: tests.index(test)])


def _suspects(bench: Bench, execution: Execution, test: str) -> tuple[list[str], list[str]]:
    """Tests before `test` that left something behind: (the writers of what it reads, the others)."""
    profiles = bench.evidence().profiles
    first: dict[str, None] = {}
    others: dict[str, None] = {}
    for run, state in in_place(execution, bench.suite):
        if run.test == test:
            for location, value in state.items():
                reads = profiles[test].reads_any(location) or any(each.covers(location) for each in run.reads)
                (first if reads else others)[value.writer] = None
            break
        if profiles.get(run.test) is not None and profiles[run.test].changes:
            others.setdefault(run.test)
    return list(first), [each for each in others if each not in first]


def find_alternatives(bench: Bench) -> None:
    """Every other test that leaves the same location behind, in front of each test known to depend on it."""
    coverage = coverage_of(bench.executions, bench.suite)
    evidence = bench.evidence()
    questions: dict[Witness, None] = {}
    for edge, location in edges_of(bench.executions, bench.suite):
        if edge.effect == "cleans" or location is None:
            continue
        for (place, _), sequences in coverage.producers.items():
            if place == location:
                questions.update({Witness(sequence, edge.test): None for sequence in sequences})
    asked = [each for each in questions if each not in evidence.outcomes and each.before != (each.test,)]
    bench.spend("alternatives", [_order(bench, witness) for witness in asked])


def confirm(bench: Bench) -> None:
    """Repeat what accuses, in this process tree and in a fresh pytest process, and put back what leaked."""
    edges = [edge for edge, _ in edges_of(bench.executions, bench.suite) if edge.effect in ("breaks", "enables")]
    firsts = _first_of_each_test(edges)
    orders = _repeats(bench, edges, firsts) + _counterfactuals(bench, edges)
    bench.spend("confirm", orders)
    bench.spend("cleaners", _cleaners(bench))


def _fresh(bench: Bench, witness: Witness) -> Order:
    """The printed command itself, in a pytest process of its own."""
    if witness.files:
        given = import_arguments(bench.suite, witness.files, witness.test)
    else:
        given = arguments(bench.suite, (*witness.before, witness.test))
    return _order(bench, witness, fresh=True, arguments=tuple(given), full=False)


def _first_of_each_test(edges: Iterable[object]) -> set[int]:
    seen: dict[str, int] = {}
    for edge in edges:
        seen.setdefault(edge.test, id(edge))  # type: ignore[attr-defined]
    return set(seen.values())


def _repeats(bench: Bench, edges: Sequence[object], firsts: set[int]) -> list[Order]:
    """Enough repetitions that chance cannot look like a dependence: a test that fails by tossing a coin would have
    to pass REPEATS times alone and to fail REPEATS times behind its witness: 4 ** -REPEATS."""
    evidence = bench.evidence()
    files = {item.id: item.file for item in bench.suite.tests}
    orders: list[Order] = []
    for edge in edges:
        witness = _witness(edge, files)
        times = REPEATS if id(edge) in firsts else 2
        missing = times - len(evidence.outcomes.get(witness, ()))
        orders += [_order(bench, witness, repeat=number) for number in range(1, missing)]
        orders.append(_fresh(bench, witness) if id(edge) in firsts else _order(bench, witness, repeat=99))
    for test in {edge.test for edge in edges}:  # type: ignore[attr-defined]
        missing = REPEATS - len(evidence.profiles[test].outcomes)
        orders += [
            Order("isolated", "isolated", (test,), collect=(files[test],), full=True, repeat=number)
            for number in range(1, missing + 1)
        ]
    return orders


def _witness(edge: object, files: dict[str, str]) -> Witness:
    polluters: tuple[str, ...] = edge.polluters  # type: ignore[attr-defined]
    test: str = edge.test  # type: ignore[attr-defined]
    if polluters and all(each not in files for each in polluters):
        return Witness((), test, polluters)
    return Witness(polluters, test)


def _counterfactuals(bench: Bench, edges: Sequence[object]) -> list[Order]:
    evidence = bench.evidence()
    files = {item.id: item.file for item in bench.suite.tests}
    by_id = {execution.id: execution for execution in bench.executions}
    orders = []
    for edge in edges:
        witness = _witness(edge, files)
        for location in carriers(witness, evidence, by_id, bench.suite)[:4] if witness.before else ():
            if (witness, (location,)) not in evidence.restored:
                orders.append(_order(bench, witness, restore=(location,)))
    return orders


def _cleaners(bench: Bench) -> list[Order]:
    """Tests that were seen to take a leaked value away, put between polluter and victim."""
    cleaners: dict[Location, dict[str, None]] = {}
    for execution in bench.executions:
        for run, state in in_place(execution, bench.suite):
            for change in run.changes:
                if change.location in state and change.digest != state[change.location].digest:
                    cleaners.setdefault(change.location, {})[run.test] = None
    evidence = bench.evidence()
    orders = {}
    for edge, location in edges_of(bench.executions, bench.suite):
        if edge.effect != "breaks" or location is None or len(edge.polluters) != 1:
            continue
        for cleaner in cleaners.get(location, {}):
            witness = Witness((edge.polluters[0], cleaner), edge.test)
            if cleaner not in (edge.test, edge.polluters[0]) and witness not in evidence.outcomes:
                orders[witness] = _order(bench, witness)
    return list(orders.values())


def good_alone(evidence: Evidence, test: str) -> bool:
    """Whether every isolated run of the test passed."""
    return all(good(outcome) for outcome in evidence.profiles[test].outcomes)
