"""Leaked values in front of the tests that read them: one at a time, behind their makers, and together."""

from __future__ import annotations

from collections.abc import Mapping

from leakcheck.analysis.chains import Value
from leakcheck.analysis.combinations import unmet_together
from leakcheck.audit.bench import Bench
from leakcheck.records import Location
from leakcheck.strategies import _pairs

MAX_ROUNDS = 4
MAX_ENABLERS = 8


def cover_pairs(bench: Bench) -> None:
    """Put every leaked value in front of every test that reads its location.

    Values that turn up on the way, left by a test only behind another, are followed to the depth asked for.
    """
    tried: set[_pairs.Wanted] = set()
    for _ in range(MAX_ROUNDS + bench.options.depth):
        coverage = bench.coverage()
        wanted: dict[_pairs.Wanted, None] = {}
        for pair in coverage.uncovered:
            sequences = coverage.producers[pair.location, pair.digest]
            fitting = [(each, pair.reader) for each in sequences if pair.reader not in each[:-1]]
            fitting = [each for each in fitting if each not in tried and not bench.is_lethal(*each[0], each[1])]
            wanted.update(dict.fromkeys(fitting[:1]))
        for sequence in coverage.long_chains if bench.options.depth > 1 else ():
            *enablers, last = sequence
            asked = [((enabler,), last) for enabler in enablers[-MAX_ENABLERS:]]
            wanted.update(dict.fromkeys(each for each in asked if each not in tried))
        tried.update(wanted)
        if not bench.spend("pairs", _pairs.propose(wanted, _loud(bench))):
            return


def combine(bench: Bench) -> None:
    """Leaked values together in front of the tests that read several of them: what only hurts together shows."""
    for number in range(MAX_ROUNDS):
        coverage = bench.coverage()
        unmet = unmet_together(bench.executions, bench.suite, coverage, _known(bench))
        unmet = {test: values for test, values in unmet.items() if not bench.is_lethal(test)}
        values = dict.fromkeys(value for each in unmet.values() for value in each)
        makers = [coverage.producers[value][0] for value in values]
        crowd = list(dict.fromkeys(test for sequence in makers for test in sequence if not bench.is_lethal(test)))
        crowd = crowd if number % 2 == 0 else crowd[::-1]
        if not bench.spend("crowds", _pairs.behind(tuple(crowd), list(unmet), _restless(bench))):
            return


def _known(bench: Bench) -> Mapping[str, frozenset[Value]]:
    """test -> values each of which alone changes what it does."""
    producers = bench.coverage().producers
    found: dict[str, frozenset[Value]] = {}
    for edge, locations in bench.edges():
        if edge.effect in ("breaks", "enables"):
            carried = {value for value in producers if _carries(value, edge.polluters, locations, producers)}
            found[edge.test] = found.get(edge.test, frozenset()) | carried
    return found


def _carries(
    value: Value, polluters: tuple[str, ...], locations: tuple[Location, ...], producers: Mapping[Value, object]
) -> bool:
    made = producers[value]
    assert isinstance(made, tuple)
    return polluters in made and (not locations or value[0] in locations)


def _loud(bench: Bench) -> frozenset[str]:
    """Tests that leave something behind when alone, or behind others."""
    producers = bench.coverage().producers
    return frozenset(sequence[-1] for sequences in producers.values() for sequence in sequences)


def _restless(bench: Bench) -> frozenset[str]:
    """Tests that were seen to change anything, be it to clean it."""
    return frozenset(
        run.test for execution in bench.executions for run in execution.runs if run.changes or run.finalised
    )
