"""Findings as lines of a baseline: by code, location, and who is concerned; never by a line number.

A finding about a leak has a line for everybody who leaves it (a fixture, a test, or a file whose import leaks) and
for every victim. Findings about a test have one line. So a new polluter and a new victim of a known leak are new.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from leakcheck.hazards import is_hazard
from leakcheck.records import Finding, Leak, Location, node_id

NOTHING = "-"
TEST, FIXTURE, FILE, VICTIM = "test", "fixture", "import", "victim"
ROLES = (TEST, FIXTURE, FILE, VICTIM)
_AT_A_LINE = re.compile(r"(.+\.py):\d+")


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """What a baseline knows a finding by. Without a location, `kind`, `owner` and `key` are "-"."""

    code: str
    kind: str
    owner: str
    key: str
    role: str
    who: str

    @property
    def texts(self) -> tuple[str, ...]:
        return (self.code, self.kind, self.owner, self.key, self.role, self.who)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line, and what ignore rules may name: its tests, and the files in which it is written."""

    line: Line
    location: Location | None
    tests: tuple[str, ...]
    files: tuple[str, ...] = ()


def entries_of(finding: Finding, leaks: Mapping[str, Leak]) -> tuple[Entry, ...]:
    """All lines of one finding."""
    if is_hazard(finding.code):
        return tuple(_of_hazard(finding))
    if finding.fixture:
        known = Line(finding.code, NOTHING, NOTHING, NOTHING, FIXTURE, finding.fixture)
        return (Entry(known, None, finding.tests, (finding.file,)),)
    leak = leaks.get(finding.leak or "")
    if leak is None or finding.code not in ("LK101", "LK201", "LK301"):
        location = leak.location if leak is not None else None
        return tuple(
            Entry(Line(finding.code, NOTHING, NOTHING, NOTHING, TEST, node_id(test)), location, (test,))
            for test in finding.tests[:1]
        )
    writers = tuple(each for place in leak.locations for each in _writers(finding.code, leak, place))
    if finding.code != "LK101":
        return writers
    hurt = (_entry(finding.code, leak, leak.location, VICTIM, test, (test,)) for test in finding.tests)
    return (*writers, *hurt)


def _of_hazard(finding: Finding) -> Iterator[Entry]:
    """One line for the fixture or the file that it is about, or one for each of its tests."""
    about = finding.fixture or finding.file
    by_test = finding.tests if not finding.fixture else ()
    for test in by_test:
        yield Entry(_line(finding.code, finding.place, TEST, test), finding.place, (test,), (finding.file,))
    if not by_test:
        role = FILE if about == finding.file else FIXTURE
        yield Entry(_line(finding.code, finding.place, role, about), finding.place, finding.tests, (finding.file,))


def _line(code: str, place: Location | None, role: str, who: str) -> Line:
    parts = ("", "", "") if place is None else (place.kind, _without_line(place.owner), place.key)
    kind, owner, key = (part or NOTHING for part in parts)
    return Line(code, kind, owner, key, role, node_id(who))


def _writers(code: str, leak: Leak, place: Location) -> Iterator[Entry]:
    fixtures = tuple(dict.fromkeys(source.fixture for source in leak.sources if source.fixture is not None))
    for fixture in fixtures:
        yield _entry(code, leak, place, FIXTURE, fixture, leak.polluters)
    if fixtures and all(source.fixture is not None for source in leak.sources):
        return
    for polluter in leak.polluters:
        yield _entry(code, leak, place, TEST if "::" in polluter else FILE, polluter, (polluter,))


def _entry(code: str, leak: Leak, place: Location, role: str, who: str, tests: Iterable[str]) -> Entry:
    files = () if role == VICTIM else tuple(dict.fromkeys(source.file for source in leak.sources))
    line = Line(code, place.kind, _without_line(place.owner), place.key, role, node_id(who))
    return Entry(line, place, tuple(tests), files)


def _without_line(owner: str) -> str:
    """An owner that is named by the line that made it is known by its file: lines move."""
    found = _AT_A_LINE.fullmatch(owner)
    return found[1] if found else owner
