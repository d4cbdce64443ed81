"""Which leaked values no test has met together yet: what hurts only together would not have shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from leakcheck.analysis.chains import Value
from leakcheck.analysis.coverage import Coverage, digests_by_writer
from leakcheck.analysis.profiles import Profile, profiles_of
from leakcheck.analysis.timeline import in_place
from leakcheck.records import Execution, Suite

Couple = tuple[Value, Value]


def unmet_together(
    executions: Sequence[Execution],
    suite: Suite,
    coverage: Coverage,
    known: Mapping[str, frozenset[Value]],
) -> Mapping[Couple, tuple[str, ...]]:
    """Two leaked values -> the tests that read both and have not yet begun with both in place.

    `known` are values of which it is known that each alone changes what the reader does: they hide the others.
    """
    profiles = profiles_of(executions)
    values = sorted(coverage.producers)
    bits = {value: 1 << number for number, value in enumerate(values)}
    met = _met(executions, suite, bits, profiles, known)
    found: dict[Couple, list[str]] = {}
    for test, profile in profiles.items():
        own = [value for value in values if profile.reads_any(value[0]) and value not in known.get(test, ())]
        for couple in _short(own, bits, met.get(test, ())):
            found.setdefault(couple, []).append(test)
    return {couple: tuple(tests) for couple, tests in found.items()}


def _met(
    executions: Sequence[Execution],
    suite: Suite,
    bits: Mapping[Value, int],
    profiles: Mapping[str, Profile],
    known: Mapping[str, frozenset[Value]],
) -> Mapping[str, set[int]]:
    """test -> the sets of values (as bits) that were in place when it began."""
    alone = digests_by_writer(profiles)
    masks: dict[str, set[int]] = {}
    for execution in executions:
        for run, state in in_place(execution, suite):
            mask = 0
            hiding = False
            for location, value in state.items():
                for digest in {value.digest, alone.get((value.writer, location), value.digest)}:
                    mask |= bits.get((location, digest), 0)
                    hiding = hiding or (location, digest) in known.get(run.test, ())
            if mask & (mask - 1) and not hiding:
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
