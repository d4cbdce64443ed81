"""The leaking test: `monkeypatch`, or what else undoes it, in place of the bare write."""

from __future__ import annotations

from collections.abc import Iterator

from leakcheck.fixes.causes import Cause, Project
from leakcheck.fixes.edits import AskFor, Before, Edit, Edits, Enclose, Import, Swap
from leakcheck.fixes.monkeypatching import Patched, patched
from leakcheck.fixes.source import Function, Statement
from leakcheck.fixes.undoing import Undo, cleanup
from leakcheck.fixes.writes import Set, Started, Write, sets_anew, writes_of
from leakcheck.records import Leak, Source


class Candidate:
    """A fixture of one test is as good as a test, where it cannot be given something behind a yield."""

    name = "the write is made so that it is undone"
    rank = 20

    def at_line(self, cause: Cause, source: Source, project: Project) -> Edits | None:
        text = project.source(source.file)
        statement = text.statement_at(source.line) if text is not None else None
        if text is None or statement is None or statement.function is None or not project.is_for_tests(source.file):
            return None
        function, leaks = statement.function, cause.leaks_at(source)
        writes = writes_of(statement.small, leaks)
        if not writes or not _may_ask(source, function) or not all(_is_about(each, leaks) for each in writes):
            return None
        if function.is_unittest:
            edits = _cleaned_up([_agreed(each, function, leaks) for each in writes], statement)
        else:
            edits = _asked([patched(each, absent=sets_anew(each, leaks)) for each in writes], function, statement)
            edits = edits or (() if function.is_fixture else _entered(writes, statement))
        return {source.file: edits} if edits else None

    def of_cause(self, cause: Cause, project: Project) -> Iterator[Edits]:
        yield from ()


def _may_ask(source: Source, function: Function) -> bool:
    """Whether it is a test, or a fixture that lives as long as one: a helper gets no fixtures."""
    if source.phase not in ("call", "setup"):
        return False
    if "classmethod" in function.decorators:
        return function.is_unittest and function.name.endswith(".setUpClass")
    if source.function != function.name.rpartition(".")[2]:
        return False
    if function.is_fixture:
        return source.scope == "function" and not function.is_unittest
    return function.is_unittest or function.name.rpartition(".")[2].startswith("test")


def _is_about(write: Write, leaks: tuple[Leak, ...]) -> bool:
    """Whether the write may be what leaks: one of an attribute has its name."""
    if not isinstance(write, Set):
        return True
    told = [f"{each.location.kind} {each.location.owner} {each.location.key} {each.path or ''}" for each in leaks]
    return all(write.name in each for each in told)


def _asked(forms: list[Patched | None], function: Function, statement: Statement) -> tuple[Edit, ...]:
    if None in forms:
        return ()
    wanted = [each for each in forms if each is not None]
    edits: list[Edit] = [Swap(statement.line, tuple(each.line for each in wanted))]
    for name, annotation in dict.fromkeys(each.fixture for each in wanted):
        edits.append(AskFor(function.name, name, annotation))
        if function.is_annotated and name not in function.parameters:
            edits.append(Import("pytest"))
    return tuple(edits)


def _entered(writes: tuple[Write, ...], statement: Statement) -> tuple[Edit, ...]:
    """`with patch(...) as name:` around what follows."""
    match writes:
        case (Started(patcher, name),):
            return (Enclose(statement.line, f"with {patcher}{f' as {name}' if name else ''}:"),)
    return ()


def _agreed(write: Write, function: Function, leaks: tuple[Leak, ...]) -> Undo | None:
    first = next(iter(function.parameters), "self")
    method = f"{first}.{'addClassCleanup' if 'classmethod' in function.decorators else 'addCleanup'}"
    return cleanup(write, function.names, absent=sets_anew(write, leaks), method=method)


def _cleaned_up(forms: list[Undo | None], statement: Statement) -> tuple[Edit, ...]:
    if None in forms:
        return ()
    before = tuple(line for each in forms if each is not None for line in each.before)
    instead = tuple(line for each in forms if each is not None for line in each.instead)
    edits: list[Edit] = [Before(statement.line, before)] if before else []
    return (*edits, Swap(statement.line, instead)) if instead else tuple(edits)
