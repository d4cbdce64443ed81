"""Where a leak is said: as a warning or an error of the test that leaves it, or as an error of a fixture."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence

import pytest

from leakcheck import LeakWarning
from leakcheck.guard.leaving import Left
from leakcheck.guard.wording import details, headline, how_to_accept, leak_of, one_line, who_left
from leakcheck.records import Kind

NAME = "leakcheck"


def raises(left: Left, kinds: Mapping[str, Kind]) -> bool:
    """Warn of a leak, as Python's own filters want it: shown, silent, or, and then this is true, as an error."""
    leak = leak_of((left,), kinds)
    file, line = (leak.sources[0].file, leak.sources[0].line) if leak.sources else (left.by.partition("::")[0], 0)
    try:
        warnings.warn_explicit(one_line(leak, who_left((left,))), LeakWarning, file, line)
    except LeakWarning:
        return True
    return False


def as_error(left: Sequence[Left], kinds: Mapping[str, Kind], baseline: str) -> str:
    """What the error of a test or a fixture says."""
    paragraphs = []
    for each in left:
        leak = leak_of((each,), kinds)
        paragraphs.append(
            "\n  ".join((headline(leak, "fixture" if each.fixture else "test"), *details(leak, each.likely)))
        )
    return "\n".join((*paragraphs, *how_to_accept(left, baseline)))


def errors_of_fixtures(
    left: Iterable[Left], kinds: Mapping[str, Kind], baseline: str
) -> Iterable[pytest.TestReport]:
    """An error at the teardown of each of these fixtures, under its own name."""
    by_fixture: dict[str, list[Left]] = {}
    for each in left:
        by_fixture.setdefault(each.fixture, []).append(each)
    for fixture, every in by_fixture.items():
        file = fixture.partition("::")[0]
        text = as_error(every, kinds, baseline)
        told = f"fixture {fixture.rpartition('::')[2]}"
        yield pytest.TestReport(fixture, (file, None, told), {NAME: 1}, "failed", text, "teardown")
