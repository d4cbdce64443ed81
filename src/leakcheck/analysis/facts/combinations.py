"""Which leaked values no test has met together yet: what hurts only together would not have shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from leakcheck.analysis.facts.chains import Value
from leakcheck.analysis.facts.coverage import Coverage, digests_by_writer
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.facts.timeline import LeftValue
from leakcheck.records import Location

Couple = tuple[Value, Value]


def unmet_together(
    knowledge: Knowledge, coverage: Coverage, known: Mapping[str, frozenset[Value]]
) -> Mapping[Couple, tuple[str, ...]]:
    """Two leaked values -> the tests that read both and have not yet begun with both in place.

    `known` are values of which it is known that each alone changes what the reader does: they hide the others.
    """
    bits = {value: 1 << number for number, value in enumerate(sorted(coverage.producers))}
    met = _met(knowledge, bits, known)
    found: dict[Couple, list[str]] = {}
    for test, profile in knowledge.evidence.profiles.items():
        read = (value for place in coverage.places.covered(profile.reads) for value in coverage.values_at[place])
        hidden = known.get(test, ())
        seen = (value for value in read if value not in hidden and coverage.reaching(value, test))
        own = sorted(seen, key=bits.__getitem__)
        for couple in _short(own, bits, met.get(test, ())):
            found.setdefault(couple, []).append(test)
    return {couple: tuple(tests) for couple, tests in found.items()}


def _met(
    knowledge: Knowledge, bits: Mapping[Value, int], known: Mapping[str, frozenset[Value]]
) -> Mapping[str, set[int]]:
    """test -> the sets of values (as bits) that were in place when it began."""
    alone = digests_by_writer(knowledge.evidence.profiles)

    def bits_of(location: Location, value: LeftValue) -> int:
        usual = alone.get((value.writer, location), value.digest)
        return bits.get((location, value.digest), 0) | bits.get((location, usual), 0)

    hiding = {test: sum(bits[value] for value in values if value in bits) for test, values in known.items()}
    masks: dict[str, set[int]] = {}
    for timeline in knowledge.timelines:
        for run, mask in timeline.masks(bits_of) if timeline.stays else ():
            if mask & (mask - 1) and not mask & hiding.get(run.test, 0):
                masks.setdefault(run.test, set()).add(mask)
    return masks


def _short(own: Sequence[Value], bits: Mapping[Value, int], masks: Iterable[int]) -> Iterator[Couple]:
    seen = tuple(masks)
    for number, value in enumerate(own):
        company = 0
        for mask in seen:
            if mask & bits[value]:
                company |= mask
        for other in own[number + 1 :]:
            if other[0] != value[0] and not company & bits[other]:
                yield value, other
