"""What belongs to one leak: one cause is one entry."""

from __future__ import annotations

from leakcheck.analysis.graph.leaks import LeftChange, by_root_cause, with_lines
from leakcheck.records import Change, Location, Source

REGION = Location("environ", "os.environ", "REGION")


def left(by: str, *lines: int) -> LeftChange:
    sources = tuple(Source("tests/test_us.py", line, "<module>", "import", None, None) for line in lines)
    return LeftChange(by, Change(REGION, "absent", "us", "digest", "", sources=sources, cause=by))


def groups(*lefts: LeftChange) -> list[list[tuple[str, tuple[int, ...]]]]:
    found = by_root_cause(with_lines(lefts))
    return [[(each.by, tuple(source.line for source in each.change.sources)) for each in group] for group in found]


def test_an_import_that_was_recorded_with_its_line_and_without_is_one_leak() -> None:
    assert groups(left("tests/test_us.py", 5), left("tests/test_us.py")) == [[("tests/test_us.py", (5,))] * 2]


def test_who_was_never_seen_with_a_line_stays_apart() -> None:
    assert groups(left("a", 5), left("b")) == [[("a", (5,))], [("b", ())]]
