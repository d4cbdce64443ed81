"""Leaked values in front of the tests that read them: one at a time, behind their makers, and together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice

from leakcheck.analysis.facts.chains import Value
from leakcheck.analysis.facts.combinations import Couple, unmet_together
from leakcheck.analysis.facts.coverage import Coverage
from leakcheck.analysis.facts.coverage import Pair as ValueAndReader
from leakcheck.analysis.facts.untracked import unmet_elsewhere, unnamed
from leakcheck.nouns import plural
from leakcheck.records import Crowd, Execution, Location, Names, Order, Pair
from leakcheck.records.topics import Topic
from leakcheck.search.session import AuditSession

MAX_ROUNDS = 4
MAX_TRIES = 2
WORTH_NAMES = 10
"""A test alone costs about as much as so many in a row behind another."""
NAMELESS = "without a name for it were not run (the profile thorough runs them, too)"
MAX_ENABLERS = 8


def cover_pairs(bench: AuditSession) -> None:
    """Put every leaked value in front of every test that reads its location.

    Values that turn up on the way, left by a test only behind another, are followed to the depth asked for.
    """
    tried = Counter[Wanted]()
    for _ in range(MAX_ROUNDS + bench.options.depth):
        coverage = bench.coverage()
        wanted: dict[Wanted, None] = {}
        for pair in coverage.uncovered:
            fitting = ((each, pair.reader) for each in makers_without(pair, coverage))
            wanted.update(dict.fromkeys(islice((each for each in fitting if tried[each] < _tries(bench)), 1)))
        for sequence in coverage.long_chains if bench.options.depth > 1 else ():
            *enablers, last = sequence
            asked = [((enabler,), last) for enabler in enablers[-MAX_ENABLERS:]]
            wanted.update(dict.fromkeys(each for each in asked if not tried[each]))
        loud = _loud(bench) if bench.sees_all else _restless(bench)
        if not _meet(bench, "pairs", wanted, tried, loud):
            return


def makers_without(pair: ValueAndReader, coverage: Coverage) -> Iterator[tuple[str, ...]]:
    """Sequences that make the pair's value without its reader as one of those behind whom the last test makes it.

    Where the reader was the only one to be seen there, others stand in for it who leave what it leaves.
    """
    sequences = coverage.reaching((pair.location, pair.digest), pair.reader)
    yield from (each for each in sequences if pair.reader not in each[:-1])
    for each in sequences:
        if pair.reader in each[:-1]:
            others = _who_leave_the_same(pair.reader, coverage, but=each)
            place = each.index(pair.reader)
            if others:
                yield (*each[:place], *others, *each[place + 1 :])


def _who_leave_the_same(test: str, coverage: Coverage, but: Collection[str]) -> tuple[str, ...]:
    """For each value that `test` leaves when alone the first other who does."""
    found: dict[str, None] = {}
    for sequences in coverage.producers.values():
        if (test,) in sequences:
            others = (each[0] for each in sequences if len(each) == 1 and each[0] not in but)
            found.update(dict.fromkeys(islice(others, 1)))
    return tuple(found)


def meet_elsewhere(bench: AuditSession) -> None:
    """Put what tests change where no probe looks in front of every test that may read it and has not met it yet."""
    tried = Counter[Wanted]()
    by_names = bench.profile.by_names
    if by_names and bench.engine.fork:
        _learn_names(bench)
    for _ in range(MAX_ROUNDS):
        unmet = dict.fromkeys(unmet_elsewhere(bench.known(), by_names=by_names))
        wanted = [each for each in unmet if tried[each] < _tries(bench) and bench.meets(each[1])]
        if not _meet(bench, "elsewhere", wanted, tried, _restless(bench)):
            return


def _learn_names(bench: AuditSession) -> None:
    """Ask what tests can read by the names in their code, where that is not known and spares more than it costs."""
    unknown = unnamed(bench.known())
    asked = Counter(test for _, test in unmet_elsewhere(bench.known()) if test in unknown and bench.meets(test))
    if asked and asked.total() >= WORTH_NAMES * len(asked):
        bench.spend("names", [Order(Names(), (test,), collect=(bench.files[test],)) for test in asked])
        spared = len(unmet_elsewhere(bench.known(), by_names=False)) - len(unmet_elsewhere(bench.known()))
        if spared:
            pairs = plural(spared, "pair")
            bench.note(Topic.NAMES, f"{pairs} of a value in a module and a test {NAMELESS}")


def _meet(
    bench: AuditSession,
    phase: str,
    wanted: Iterable[Wanted],
    tried: Counter[Wanted],
    loud: Collection[str],
) -> list[Execution]:
    """Readers behind what they are to meet: first in company, then, where somebody in it cleaned up, alone."""
    safe = [each for each in wanted if not bench.is_lethal(*each[0], each[1])]
    in_company = _tries(bench) - 1
    orders = propose([each for each in safe if tried[each] < in_company], loud)
    orders += [alone(*each) for each in safe if tried[each] >= in_company]
    tried.update(safe)
    return bench.spend(phase, orders)


def _tries(bench: AuditSession) -> int:
    """Where few orders have shown the pairs, many are left: they are tried in company once more, behind which those
    who clean up are known."""
    return MAX_TRIES if bench.sees_all else MAX_TRIES + 1


def combine(bench: AuditSession) -> None:
    """Leaked values together in front of the tests that read both: what only hurts together shows.

    More couples than the profile says are met in crowds, a value for each location; the rest couple by couple, in
    either order.
    """
    tried: set[Order] = set()
    for number in range(MAX_ROUNDS):
        unmet = _concerned(bench, unmet_together(bench.known(), bench.coverage(), _known(bench)))
        rows = _crowd(unmet) if len(unmet) > bench.profile.couples else list(unmet.items())
        orders = [order for values, readers in rows for order in _behind(bench, values, readers, number % 2 == 1)]
        fresh = [order for order in dict.fromkeys(orders) if order not in tried]
        tried.update(fresh)
        if not bench.spend("crowds", fresh):
            return


def _concerned(bench: AuditSession, unmet: Mapping[Couple, tuple[str, ...]]) -> Mapping[Couple, tuple[str, ...]]:
    readers = {couple: tuple(filter(bench.concerns, tests)) for couple, tests in unmet.items()}
    return {couple: tests for couple, tests in readers.items() if tests}


def _crowd(unmet: Mapping[Couple, tuple[str, ...]]) -> list[tuple[tuple[Value, ...], tuple[str, ...]]]:
    """All at once, of every location the value that is missed most, and all readers."""
    missed = Counter(value for couple, readers in unmet.items() for value in couple for _ in readers)
    chosen: dict[Location, Value] = {}
    for value, _ in missed.most_common():
        chosen.setdefault(value[0], value)
    readers = dict.fromkeys(test for tests in unmet.values() for test in tests)
    return [(tuple(sorted(chosen.values())), tuple(readers))]


def _behind(bench: AuditSession, values: Sequence[Value], readers: Iterable[str], backwards: bool) -> list[Order]:
    producers = bench.coverage().producers
    ordered = values[::-1] if backwards else values
    makers = dict.fromkeys(test for value in ordered for test in producers[value][0])
    sequence = tuple(test for test in makers if not bench.is_lethal(test))
    return behind(sequence, [test for test in readers if not bench.is_lethal(test)], _restless(bench))


def _known(bench: AuditSession) -> Mapping[str, frozenset[Value]]:
    """test -> values each of which alone changes what it does."""
    made: dict[tuple[str, ...], list[Value]] = {}
    for value, sequences in bench.coverage().producers.items():
        for sequence in dict.fromkeys(sequences):
            made.setdefault(sequence, []).append(value)
    found: dict[str, frozenset[Value]] = {}
    for edge, locations in bench.edges():
        if edge.effect in ("breaks", "enables"):
            carried = {each for each in made.get(edge.polluters, ()) if not locations or each[0] in locations}
            found[edge.test] = found.get(edge.test, frozenset()) | carried
    return found


def _loud(bench: AuditSession) -> frozenset[str]:
    """Tests that leave something behind when alone, or behind others."""
    producers = bench.coverage().producers
    return frozenset(sequence[-1] for sequences in producers.values() for sequence in sequences)


def _restless(bench: AuditSession) -> Collection[str]:
    """Tests that were seen to change anything, be it to clean it."""
    return bench.known().restless


Wanted = tuple[tuple[str, ...], str]

MAX_ROWS = 40


def propose(wanted: Iterable[Wanted], loud: Collection[str], limit: int = 400) -> list[Order]:
    """One execution per producer: the producer, then all its readers, those that leave nothing first.

    `loud` are tests that leave something behind: each may uncover what follows it, so only one ends an execution.
    """
    by_producer: dict[tuple[str, ...], list[str]] = {}
    for producer, reader in wanted:
        by_producer.setdefault(producer, []).append(reader)
    orders = []
    for producer, readers in by_producer.items():
        orders += [_order(producer, each) for each in _rows(readers, loud)]
    return orders[:limit]


def alone(producer: tuple[str, ...], reader: str) -> Order:
    """A reader right behind a producer."""
    return _order(producer, [reader])


def behind(crowd: tuple[str, ...], readers: Sequence[str], restless: Collection[str]) -> list[Order]:
    """The readers behind all of `crowd`: those that change nothing first, then the others, each of whom may clean.

    Readers out of the crowd itself come behind the rest of it, one at a time.
    """
    if not crowd:
        return []
    outside = [reader for reader in readers if reader not in crowd]
    row = sorted(outside, key=lambda reader: reader in restless)
    inside = [reader for reader in readers if reader in crowd]
    rows = [(tuple(each for each in crowd if each != reader), reader) for reader in inside[:MAX_ROWS]]
    orders = [Order(Crowd(), (*rest, reader)) for rest, reader in rows if len(rest) > 1]
    return [Order(Crowd(), (*crowd, *row)), *orders] if row else orders


def _rows(readers: Sequence[str], loud: Collection[str]) -> list[list[str]]:
    quiet = [reader for reader in dict.fromkeys(readers) if reader not in loud]
    rest = [reader for reader in dict.fromkeys(readers) if reader in loud]
    rows = [[*quiet, *rest[:1]]] if quiet or rest else []
    return [*rows, *([reader] for reader in rest[1:])]


def _order(producer: tuple[str, ...], readers: Sequence[str]) -> Order:
    return Order(Pair(len(producer)), (*producer, *readers))
