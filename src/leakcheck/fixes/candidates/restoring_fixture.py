"""A fixture for every test of a file, or of the nearest `conftest.py`: it keeps what leaks, and puts it back."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Sequence

from leakcheck.fixes.causes import Cause, Project
from leakcheck.fixes.edits import Define, Edit, Edits, Import
from leakcheck.fixes.naming import nearest_conftest
from leakcheck.fixes.restoring import Restore, restore, restore_all, restore_object
from leakcheck.fixes.source import Source as Text
from leakcheck.fixes.styles import is_annotated
from leakcheck.fixes.undoing import free_name
from leakcheck.fixes.writing import fixture
from leakcheck.records import Leak, Source

Way = Callable[[Leak, Text, Project], Restore | None]


class Candidate:
    """Of what leaks, and nothing else; in place, since others may hold it."""

    name = "a fixture puts back what its tests change"
    rank = 40

    def at_line(self, cause: Cause, source: Source, project: Project) -> Edits | None:
        return None

    def of_cause(self, cause: Cause, project: Project) -> Iterator[Edits]:
        files = tuple(dict.fromkeys(project.file_of(test) for test in cause.polluters))
        if any(test not in project.tests for test in cause.polluters):
            return
        shared = (nearest_conftest(files),)
        for where in (files, shared) if len(files) == 1 else (shared, files):
            several = (restore_all,) if cause.elsewhere else ()
            for way in (*several, restore, restore_object):
                edits = _in_each(cause, where, project, way)
                if edits:
                    yield edits


def _in_each(cause: Cause, files: Sequence[str], project: Project, way: Way) -> Edits:
    found: dict[str, tuple[Edit, ...]] = {}
    for file in files:
        text = project.source(file) or (Text(file, "") if posixpath.basename(file) == "conftest.py" else None)
        edits = _in(cause, text, project, way) if text is not None else ()
        if not edits:
            return {}
        found[file] = edits
    return found


def _in(cause: Cause, text: Text, project: Project, way: Way) -> tuple[Edit, ...]:
    found = [way(leak, text, project) for leak in cause.leaks]
    wanted = [each for each in found if each is not None]
    if len(wanted) < len(found):
        return ()
    asks = tuple(dict.fromkeys(each.asks_for for each in wanted if each.asks_for))
    annotated = is_annotated(text)

    def made(name: str) -> str:
        return fixture(name, _body(wanted), asks, annotated=annotated, autouse=True)

    name = f"restored_{wanted[0].noun or 'state'}"
    if project.reserved.get(text.file, {}).get(name) != made(name):  # else another fix makes the very same
        name = free_name(name, project.taken_in(text))
    needed = [each for restored in wanted for each in restored.imports]
    typed = [Import("Iterator", "collections.abc")] if annotated else []
    return (*typed, *dict.fromkeys(needed), Import("pytest"), Define(made(name)))


def _body(wanted: Sequence[Restore]) -> list[str]:
    before = dict.fromkeys(line for each in wanted for line in each.before)
    after = dict.fromkeys(line for each in wanted for line in each.after)
    return [*before, "yield", *after]
