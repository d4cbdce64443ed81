"""Causes made by hand: a project of a few files, and a leak that a line of theirs writes."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import dedent

from leakcheck.fixes.causes import Cause, Project
from leakcheck.fixes.proposing import Proposal, changed, proposals
from leakcheck.records import NO_VALUE, Edge, Leak, Location, PathChange, Source, TestItem

TEST = "tests/test_shop.py"


def project(files: Mapping[str, str], tests: Mapping[str, str]) -> Project:
    """`tests` are ids and the files that collect them."""
    texts = {name: dedent(text).lstrip("\n") for name, text in files.items()}
    items = {test: TestItem(test, file, 1) for test, file in tests.items()}
    return Project(texts.get, items, frozenset({"shop", "tests"}))


def line_of(text: str, part: str) -> int:
    lines = dedent(text).lstrip("\n").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if part in line)


def leak(
    location: Location,
    *sources: Source,
    before: str = NO_VALUE,
    path: str | None = None,
    by: tuple[str, ...] = (),
    internal: bool = False,
) -> Leak:
    paths = (PathChange(path, before, "new"),) if path else ()
    return Leak(
        "L1", location, "broken", by, (), (), sources, before, "new", path=path, paths=paths, internal=internal
    )


def proposed(text: str, part: str, location: Location, **more: object) -> list[Mapping[str, str]]:
    """What is proposed where the line with `part` of a single test file leaks, each as texts of files."""
    return [changed(one, [each]) for one, each in _proposed(text, part, location, **more)]


def _proposed(text: str, part: str, location: Location, **more: object) -> list[tuple[Project, Proposal]]:
    function = str(more.pop("function", "test_leaks"))
    fixture = more.pop("fixture", None)
    phase = str(more.pop("phase", "setup" if fixture else "call"))
    scope = str(more.pop("scope", "function")) if fixture else None
    brittle = more.pop("brittle", ())
    tests = [f"{TEST}::{name}" for name in ("test_leaks", "test_other")]
    elsewhere = frozenset(more.pop("elsewhere", ()))  # type: ignore[call-overload]
    files = {TEST: text, **dict(more.pop("files", {}))}  # type: ignore[call-overload]
    one = project(files, dict.fromkeys(tests, TEST))
    source = Source(TEST, line_of(text, part), function, phase, str(fixture) if fixture else None, scope)
    found = leak(location, source, by=(tests[0],), **more)  # type: ignore[arg-type]
    edges = tuple(
        Edge((tests[0],), f"{TEST}::{test}", "enables", "L1", (tests[0], f"{TEST}::{test}"), True, True, "")
        for test in brittle  # type: ignore[attr-defined]
    )
    return [(one, each) for each in proposals(Cause((found,), edges, elsewhere=elsewhere), one)]


def first(text: str, part: str, location: Location, **more: object) -> str:
    """The test file as the first proposal has it."""
    return proposed(text, part, location, **more)[0][TEST]
