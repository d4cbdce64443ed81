"""A root cause as a fix sees it, and the files that it may change."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import libcst as cst

from leakcheck.fixes.edits import Define, Edits
from leakcheck.fixes.source import Source
from leakcheck.records import Edge, Fix, Leak, Result, TestItem
from leakcheck.records import Source as Written

Read = Callable[[str], str | None]
"""The text of a file, by its path below the rootdir; None if it is none of the project's own."""


@dataclass(frozen=True)
class Cause:
    """What one fix ends: `leaks` that have one reason, and the confirmed `edges` that they carry. `id` is that of
    the first leak; `frees` are the tests that nothing else hurts. Tests `elsewhere` leak at the same place by other
    lines, too, which another fix is about. `beside` is a test that depends on nothing, to run behind who leaks:
    then is seen what that has left."""

    leaks: tuple[Leak, ...]
    edges: tuple[Edge, ...] = ()
    frees: tuple[str, ...] = ()
    elsewhere: frozenset[str] = frozenset()
    beside: str = ""

    @property
    def id(self) -> str:
        return self.leaks[0].id

    @property
    def written(self) -> tuple[Written, ...]:
        """Who wrote, each line once."""
        return tuple(dict.fromkeys(source for leak in self.leaks for source in leak.sources))

    @property
    def polluters(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(test for leak in self.leaks for test in leak.polluters))

    @property
    def brittle(self) -> tuple[str, ...]:
        """Tests that pass only behind it."""
        return tuple(dict.fromkeys(edge.test for edge in self.edges if edge.effect == "enables"))

    def leaks_at(self, source: Written) -> tuple[Leak, ...]:
        return tuple(leak for leak in self.leaks if source in leak.sources)


@dataclass(frozen=True)
class Project:
    """The files of a project, read when they are asked for. `own` are the names of its packages, `reserved`
    what other fixes define in a file, by name."""

    read: Read
    tests: Mapping[str, TestItem]
    own: Collection[str] = ()
    reserved: dict[str, dict[str, str]] = field(default_factory=dict)
    _known: dict[str, Source | None] = field(default_factory=dict)

    def source(self, file: str) -> Source | None:
        """The file, if it is the project's own, and LibCST can read it."""
        if file not in self._known:
            self._known[file] = self._parsed(file)
        return self._known[file]

    def _parsed(self, file: str) -> Source | None:
        text = self.read(file)
        try:
            return Source(file, text) if text is not None and file.endswith(".py") else None
        except (cst.ParserSyntaxError, RecursionError):
            return None

    def file_of(self, test: str) -> str:
        item = self.tests.get(test)
        return item.file if item is not None else test.partition("::")[0]

    @cached_property
    def test_files(self) -> frozenset[str]:
        return frozenset(item.file for item in self.tests.values())

    @cached_property
    def fixtures(self) -> frozenset[str]:
        """Names that mean a fixture to some test."""
        return frozenset(name for item in self.tests.values() for name in item.shared)

    def taken_in(self, text: Source) -> frozenset[str]:
        """Names that a new function of this file cannot have."""
        asked = (name for each in text.functions.values() for name in each.parameters)
        return text.top_names.union(text.imports, asked, self.fixtures, self.reserved.get(text.file, ()))

    def reserve(self, edits: Edits) -> None:
        """What these edits define, no other fix will."""
        for file, wanted in edits.items():
            made = {each.name: each.text for each in wanted if isinstance(each, Define)}
            self.reserved.setdefault(file, {}).update(made)

    def is_for_tests(self, file: str) -> bool:
        return file in self.test_files or posixpath.basename(file) == "conftest.py"


def function_name(test: str) -> str:
    """`TestStock.test_set` of the id of a test."""
    return test.partition("[")[0].partition("::")[2].replace("::", ".")


def causes_of(result: Result) -> tuple[Cause, ...]:
    """What one fix each can end: all that one fixture leaves, or one leak. Those that free most come first."""
    leaks = {leak.id: leak for leak in result.leaks}
    groups = {name: fix for fix in result.fixes for name in fix.leaks}
    ordered = [*groups, *(name for name in leaks if name not in groups)]
    found: dict[tuple[str, ...], None] = {}
    for name in ordered:
        found[groups[name].leaks if name in groups else (name,)] = None
    return tuple(_cause(names, groups, leaks, result) for names in found)


def _cause(names: tuple[str, ...], groups: Mapping[str, Fix], leaks: Mapping[str, Leak], result: Result) -> Cause:
    places = {place for name in names for place in leaks[name].locations}
    others = [leak for leak in leaks.values() if leak.id not in names and not places.isdisjoint(leak.locations)]
    return Cause(
        tuple(leaks[name] for name in names),
        tuple(
            edge
            for edge in result.edges
            if edge.leak in names and edge.confirmed and edge.effect in ("breaks", "enables")
        ),
        groups[names[0]].frees if names[0] in groups else (),
        frozenset(test for leak in others for test in leak.polluters),
        _beside(leaks[names[0]], result),
    )


def _beside(leak: Leak, result: Result) -> str:
    """One of the same file, if there is one."""
    polluting = {test for each in result.leaks for test in each.polluters}
    steady = [test.id for test in result.tests if test.verdict == "stable" and test.id not in polluting]
    file = leak.polluters[0].partition("::")[0] if leak.polluters else ""
    return next((test for test in steady if test.startswith(f"{file}::")), next(iter(steady), ""))
