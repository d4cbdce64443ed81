"""The search: which tests must run before which, so that every difference is explained by a minimal witness."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import replace

from leakcheck.analysis import Coverage, coverage_of, edges_of, in_place
from leakcheck.analysis.commands import arguments, import_arguments
from leakcheck.analysis.edges import carriers
from leakcheck.analysis.evidence import Evidence, Witness, bad
from leakcheck.audit.bench import Bench
from leakcheck.records import Edge, Execution, Location, Order
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


def meet_crowds(bench: Bench) -> None:
    """All leaked values at once in front of the tests that read several: what only hurts together shows."""
    coverage = coverage_of(bench.executions, bench.suite)
    producers = {location: sequences[0] for (location, _), sequences in sorted(coverage.producers.items())}
    loud = {sequence[-1] for sequences in coverage.producers.values() for sequence in sequences}
    crowd = [test for sequence in producers.values() for test in sequence if test not in bench.lethal]
    profiles = bench.evidence().profiles
    readers = [
        test
        for test in bench.suite.ids
        if test in profiles and test not in bench.lethal
        if sum(profiles[test].reads_any(location) for location in producers) > 1
    ]
    for sequence in _pairs.both_directions(crowd):
        done = bench.spend("crowds", _pairs.behind(sequence, readers, loud))
        bench.spend("crowds", _pairs.one_by_one(sequence, _met_less(bench, done, len(sequence))))


def _met_less(bench: Bench, executions: Sequence[Execution], size: int) -> list[str]:
    """Readers behind a crowd of `size` that started with less than the crowd had left: somebody cleaned."""
    profiles = bench.evidence().profiles
    short: dict[str, None] = {}
    for execution in executions:
        states = list(in_place(execution, bench.suite))[size:]
        left = set(states[0][1]) if states else set()
        for run, state in states:
            profile = profiles.get(run.test)
            if profile is not None and any(profile.reads_any(location) for location in left - set(state)):
                short[run.test] = None
    return list(short)


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
    for edge, locations in edges_of(bench.executions, bench.suite):
        if edge.effect == "cleans":
            continue
        for (place, _), sequences in coverage.producers.items():
            if place in locations and len(edge.polluters) == 1:
                questions.update({Witness(sequence, edge.test): None for sequence in sequences})
        questions.update(_exchanged(edge, coverage, evidence))
    asked = [each for each in questions if each not in evidence.outcomes and each.before != (each.test,)]
    bench.spend("alternatives", [_order(bench, witness) for witness in asked])


def _exchanged(edge: Edge, coverage: Coverage, evidence: Evidence) -> dict[Witness, None]:
    """Of several polluters that hurt together, each exchanged for others that leave the same locations behind."""
    found: dict[Witness, None] = {}
    for index, polluter in enumerate(edge.polluters if len(edge.polluters) > 1 else ()):
        profile = evidence.profiles.get(polluter)
        left = {change.location for change in profile.changes} if profile is not None else set()
        for (location, _), sequences in coverage.producers.items():
            if location in left and evidence.profiles[edge.test].reads_any(location):
                for sequence in sequences:
                    before = (*edge.polluters[:index], *sequence, *edge.polluters[index + 1 :])
                    if len(set(before)) == len(before):
                        found[Witness(before, edge.test)] = None
    return found


def confirm(bench: Bench) -> None:
    """Repeat what accuses, in this process tree and in a fresh pytest process, and put back what leaked.

    What was found is confirmed even where the budget for finding more is spent.
    """
    edges = [edge for edge, _ in edges_of(bench.executions, bench.suite) if edge.effect in ("breaks", "enables")]
    firsts = _first_of_each_test(edges)
    orders = _repeats(bench, edges, firsts) + _counterfactuals(bench, edges)
    if orders:
        bench.run("confirm", orders)
    bench.spend("cleaners", _cleaners(bench))


def _fresh(bench: Bench, witness: Witness) -> Order:
    """The printed command itself, in a pytest process of its own."""
    if witness.files:
        given = import_arguments(bench.suite, witness.files, witness.test)
    else:
        given = arguments(bench.suite, (*witness.before, witness.test))
    return _order(bench, witness, fresh=True, arguments=tuple(given), full=False)


def _first_of_each_test(edges: Iterable[Edge]) -> set[int]:
    seen: dict[str, int] = {}
    for edge in edges:
        seen.setdefault(edge.test, id(edge))
    return set(seen.values())


def _repeats(bench: Bench, edges: Sequence[Edge], firsts: set[int]) -> list[Order]:
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
    for test in {edge.test for edge in edges}:
        missing = REPEATS - len(evidence.profiles[test].outcomes)
        orders += [
            Order("isolated", "isolated", (test,), collect=(files[test],), full=True, repeat=number)
            for number in range(1, missing + 1)
        ]
    return orders


def _witness(edge: Edge, files: dict[str, str]) -> Witness:
    if all(each not in files for each in edge.polluters):
        return Witness((), edge.test, edge.polluters)
    return Witness(edge.polluters, edge.test)


def _counterfactuals(bench: Bench, edges: Sequence[Edge]) -> list[Order]:
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
    for edge, locations in edges_of(bench.executions, bench.suite):
        if edge.effect != "breaks" or len(locations) != 1 or len(edge.polluters) != 1:
            continue
        for cleaner in cleaners.get(locations[0], {}):
            witness = Witness((edge.polluters[0], cleaner), edge.test)
            if cleaner not in (edge.test, edge.polluters[0]) and witness not in evidence.outcomes:
                orders[witness] = _order(bench, witness)
    return list(orders.values())
