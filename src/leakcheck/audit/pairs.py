"""Leaked values in front of the tests that read them: one at a time, behind their makers, and together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import islice

from leakcheck.analysis.chains import Value
from leakcheck.analysis.combinations import Couple, unmet_together
from leakcheck.analysis.elsewhere import unmet_elsewhere
from leakcheck.audit.bench import Bench
from leakcheck.records import Execution, Location, Order
from leakcheck.strategies import _pairs

MAX_ROUNDS = 4
MAX_TRIES = 2
MAX_COUPLES = 24
MAX_ENABLERS = 8


def cover_pairs(bench: Bench) -> None:
    """Put every leaked value in front of every test that reads its location.

    Values that turn up on the way, left by a test only behind another, are followed to the depth asked for.
    """
    tried = Counter[_pairs.Wanted]()
    for _ in range(MAX_ROUNDS + bench.options.depth):
        coverage = bench.coverage()
        wanted: dict[_pairs.Wanted, None] = {}
        for pair in coverage.uncovered:
            sequences = coverage.producers[pair.location, pair.digest]
            fitting = ((each, pair.reader) for each in sequences if pair.reader not in each[:-1])
            wanted.update(dict.fromkeys(islice((each for each in fitting if tried[each] < MAX_TRIES), 1)))
        for sequence in coverage.long_chains if bench.options.depth > 1 else ():
            *enablers, last = sequence
            asked = [((enabler,), last) for enabler in enablers[-MAX_ENABLERS:]]
            wanted.update(dict.fromkeys(each for each in asked if not tried[each]))
        if not _meet(bench, "pairs", wanted, tried, _loud(bench)):
            return


def meet_elsewhere(bench: Bench) -> None:
    """Put what tests change where no probe looks in front of every test that has not met it yet."""
    tried = Counter[_pairs.Wanted]()
    for _ in range(MAX_ROUNDS):
        unmet = dict.fromkeys(unmet_elsewhere(bench.known()))
        wanted = [each for each in unmet if tried[each] < MAX_TRIES and bench.concerns(each[1])]
        if not _meet(bench, "elsewhere", wanted, tried, _restless(bench)):
            return


def _meet(
    bench: Bench,
    phase: str,
    wanted: Iterable[_pairs.Wanted],
    tried: Counter[_pairs.Wanted],
    loud: Collection[str],
) -> list[Execution]:
    """Readers behind what they are to meet: first in company, then, where somebody in it cleaned up, alone."""
    safe = [each for each in wanted if not bench.is_lethal(*each[0], each[1])]
    orders = _pairs.propose([each for each in safe if not tried[each]], loud)
    orders += [_pairs.alone(*each) for each in safe if tried[each]]
    tried.update(safe)
    return bench.spend(phase, orders)


def combine(bench: Bench) -> None:
    """Leaked values together in front of the tests that read both: what only hurts together shows.

    Many couples are met in crowds, a value for each location; the rest couple by couple, in either order.
    """
    tried: set[Order] = set()
    for number in range(MAX_ROUNDS):
        unmet = _concerned(bench, unmet_together(bench.known(), bench.coverage(), _known(bench)))
        rows = _crowd(unmet) if len(unmet) > MAX_COUPLES else list(unmet.items())
        orders = [order for values, readers in rows for order in _behind(bench, values, readers, number % 2 == 1)]
        fresh = [order for order in dict.fromkeys(orders) if order not in tried]
        tried.update(fresh)
        if not bench.spend("crowds", fresh):
            return


def _concerned(bench: Bench, unmet: Mapping[Couple, tuple[str, ...]]) -> Mapping[Couple, tuple[str, ...]]:
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


def _behind(bench: Bench, values: Sequence[Value], readers: Iterable[str], backwards: bool) -> list[Order]:
    producers = bench.coverage().producers
    ordered = values[::-1] if backwards else values
    makers = dict.fromkeys(test for value in ordered for test in producers[value][0])
    sequence = tuple(test for test in makers if not bench.is_lethal(test))
    return _pairs.behind(sequence, [test for test in readers if not bench.is_lethal(test)], _restless(bench))


def _known(bench: Bench) -> Mapping[str, frozenset[Value]]:
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


def _loud(bench: Bench) -> frozenset[str]:
    """Tests that leave something behind when alone, or behind others."""
    producers = bench.coverage().producers
    return frozenset(sequence[-1] for sequences in producers.values() for sequence in sequences)


def _restless(bench: Bench) -> Collection[str]:
    """Tests that were seen to change anything, be it to clean it."""
    return bench.known().restless
