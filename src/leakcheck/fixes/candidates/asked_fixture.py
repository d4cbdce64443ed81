"""The leaking test asks for a fixture that sets what it has set itself, and undoes it; where its write is not the
first thing that it does, for one that puts back what it changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from leakcheck.fixes.causes import Cause, Project
from leakcheck.fixes.edits import Decorate, Define, Edit, Edits, Import
from leakcheck.fixes.naming import slug
from leakcheck.fixes.restoring import Restore, restore
from leakcheck.fixes.setups import moved
from leakcheck.fixes.source import Function, bound_in
from leakcheck.fixes.source import Source as Text
from leakcheck.fixes.undoing import free_name
from leakcheck.fixes.writes import Given, writes_of
from leakcheck.fixes.writing import fixture
from leakcheck.records import Leak, Source


class Candidate:
    """Costs no other test anything."""

    name = "the test asks for a fixture that undoes what it sets"
    rank = 30

    def at_line(self, cause: Cause, source: Source, project: Project) -> Edits | None:
        text = project.source(source.file)
        function = text.function_at(source.line) if text is not None else None
        if text is None or function is None or not _is_test(source, function):
            return None
        whole = moved(cause, source, text, function, project)
        if whole is not None:
            return whole
        edits = _restored(cause, source, text, function, project)
        return {source.file: edits} if edits else None

    def of_cause(self, cause: Cause, project: Project) -> Iterator[Edits]:
        yield from ()


def _is_test(source: Source, function: Function) -> bool:
    name = function.name.rpartition(".")[2]
    return (
        source.phase == "call" and source.function == name and name.startswith("test") and not function.is_unittest
    )


def _variable(source: Source, text: Text, function: Function, leaks: Sequence[Leak]) -> Restore | None:
    """What gives a context variable back: only the line that sets it tells by which name."""
    statement = text.statement_at(source.line)
    for write in writes_of(statement.small, leaks) if statement is not None else ():
        known = text.top_names | text.imports.keys()
        if isinstance(write, Given) and write.variable.partition(".")[0] in known - bound_in(function.node):
            before = f"token = {write.variable}.set({write.variable}.get())"
            return Restore((before,), (f"{write.variable}.reset(token)",), noun=slug(write.variable))
    return None


def _restored(cause: Cause, source: Source, text: Text, function: Function, project: Project) -> tuple[Edit, ...]:
    leaks = cause.leaks_at(source)
    kept = _variable(source, text, function, leaks) or restore(leaks[0], text, project)
    if len(leaks) != 1 or kept is None or kept.asks_for:
        return ()
    name = free_name(f"restored_{kept.noun}", project.taken_in(text))
    body = [*kept.before, "yield", *kept.after]
    typed = [Import("Iterator", "collections.abc")] if function.is_annotated else []
    define = Define(fixture(name, body, annotated=function.is_annotated), function.name.partition(".")[0])
    mark = Decorate(function.name, f'pytest.mark.usefixtures("{name}")')
    return (*typed, *kept.imports, Import("pytest"), define, mark)
