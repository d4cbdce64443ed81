"""The leaking fixture itself: it yields in place of returning, and behind that undoes what it has done."""

from __future__ import annotations

from collections.abc import Iterator

from leakcheck.fixes.causes import Cause, Project
from leakcheck.fixes.edits import Before, Edit, Edits, Finish, Import, Swap
from leakcheck.fixes.fixtures import ITERATORS, why_not, yields
from leakcheck.fixes.restoring import restore
from leakcheck.fixes.source import Function, Statement
from leakcheck.fixes.source import Source as Text
from leakcheck.fixes.undoing import Undo, undo
from leakcheck.fixes.writes import sets_anew, writes_of
from leakcheck.records import Source


class Candidate:
    """Its scope stays."""

    name = "the fixture undoes what it sets"
    rank = 10

    def at_line(self, cause: Cause, source: Source, project: Project) -> Edits | None:
        text = project.source(source.file)
        if source.fixture is None or source.phase != "setup" or text is None:
            return None
        function = text.function_of(source.function, source.line)
        if function is None or not function.is_fixture or why_not(function.node):
            return None
        edits = self._undone(cause, source, text, function, project)
        return {source.file: (*edits, *_iterator(function))} if edits else None

    def of_cause(self, cause: Cause, project: Project) -> Iterator[Edits]:
        yield from ()

    @staticmethod
    def _undone(cause: Cause, source: Source, text: Text, function: Function, project: Project) -> tuple[Edit, ...]:
        statement = text.statement_at(source.line)
        if statement is None or statement.function != function:
            return ()
        leaks = cause.leaks_at(source)
        undone = [
            undo(each, function.names, absent=sets_anew(each, leaks)) for each in writes_of(statement.small, leaks)
        ]
        if undone and None not in undone:
            return _of_writes([each for each in undone if each is not None], statement, function)
        return _of_location(cause, source, text, function, statement, project)


def _of_writes(undone: list[Undo], statement: Statement, function: Function) -> tuple[Edit, ...]:
    before = tuple(line for each in undone for line in each.before)
    instead = tuple(line for each in undone for line in each.instead)
    after = tuple(line for each in undone for line in each.after)
    edits: list[Edit] = [Finish(function.name, after)]
    edits += [Before(statement.line, before)] if before else []
    edits += [Swap(statement.line, instead)] if instead else []
    return tuple(edits)


def _of_location(
    cause: Cause, source: Source, text: Text, function: Function, statement: Statement, project: Project
) -> tuple[Edit, ...]:
    found = [restore(leak, text, project) for leak in cause.leaks_at(source)]
    edits: list[Edit] = []
    for each in found:
        if each is None or (each.asks_for and each.asks_for not in function.parameters):
            return ()
        edits += [*each.imports, Finish(function.name, each.after)]
        edits += [Before(statement.line, each.before)] if each.before else []
    return tuple(edits)


def _iterator(function: Function) -> tuple[Edit, ...]:
    """What its annotation needs, from now on."""
    if yields(function.node) or function.node.returns is None:
        return ()
    return (Import(ITERATORS[function.is_async], "collections.abc"),)
