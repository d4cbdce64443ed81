"""Brittle tests: each asks for the fixture that makes what it needs; where there is none, the lines of the test
that makes it become one."""

from __future__ import annotations

import builtins
import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import libcst as cst

from leakcheck.fixes.causes import Cause, Project, function_name
from leakcheck.fixes.edits import Decorate, Define, Edit, Edits, Import, Swap, merged
from leakcheck.fixes.naming import nearest_conftest, slug
from leakcheck.fixes.restoring import restore
from leakcheck.fixes.source import Function, Statement, code, names_in
from leakcheck.fixes.source import Source as Text
from leakcheck.fixes.undoing import free_name, undo
from leakcheck.fixes.writes import sets_anew, writes_of
from leakcheck.fixes.writing import fixture
from leakcheck.records import Leak, Source


@dataclass(frozen=True, slots=True)
class Setup:
    """What lets the brittle tests of a cause make what they need; `covers` are lines that leak no more by that."""

    edits: Edits
    covers: tuple[Source, ...] = ()


def setups(cause: Cause, project: Project) -> Iterator[Setup]:
    """Every way that there is, the best first."""
    setters = dict.fromkeys(test for edge in cause.edges if edge.effect == "enables" for test in edge.polluters)
    for source in cause.written:
        if source.fixture is not None:
            yield from _by_fixture(cause, source, project)
        else:
            yield from (found for test in setters for found in _by_lines(cause, source, test, project))


def _by_fixture(cause: Cause, source: Source, project: Project) -> Iterator[Setup]:
    files = [project.file_of(test) for test in cause.brittle]
    if all(_sees(source.file, file) for file in files) and source.scope == "function":
        yield Setup(_asking(cause, source.fixture or "", project))
        return
    text = project.source(source.file)
    function = text.function_of(source.function, source.line) if text is not None else None
    statement = text.statement_at(source.line) if text is not None else None
    if text is None or function is None or statement is None or statement.function != function:
        return
    place = _Place.of(cause, text, function, statement, project)
    leak = cause.leaks_at(source)[0]
    around = _around(statement, leak, place, project) if place is not None else None
    if place is not None and around is not None:  # that fixture is another file's
        yield Setup(merged([_defined(place, leak, around), _asking(cause, place.name, project)]))


def _sees(defined: str, file: str) -> bool:
    """Whether tests of `file` can ask for a fixture of the file `defined`."""
    folder = posixpath.dirname(defined)
    below = not folder or file.startswith(f"{folder}/")
    return defined == file or (posixpath.basename(defined) == "conftest.py" and below)


def _asking(cause: Cause, name: str, project: Project) -> Edits:
    """Every brittle test with a mark that asks for it."""
    edits: list[Edits] = []
    for test in cause.brittle:
        mark = Decorate(function_name(test), f'pytest.mark.usefixtures("{name}")')
        edits.append({project.file_of(test): (mark, Import("pytest"))})
    return merged(edits)


def _by_lines(cause: Cause, source: Source, setter: str, project: Project) -> Iterator[Setup]:
    """The statement of the `setter` that writes, or calls what writes, in a fixture of its own."""
    text = project.source(project.file_of(setter))
    function = text.functions.get(function_name(setter)) if text is not None else None
    if text is None or function is None or function.is_unittest:
        return
    statement = _statement(text, function, source)
    leak = cause.leaks_at(source)[0]
    if statement is None:
        return
    place = _Place.of(cause, text, function, statement, project)
    if place is None:
        return
    own = source.function == function.name.rpartition(".")[2] and source.file == text.file
    first = next((each for each in function.statements if not _is_text(each)), None)
    around = _around(statement, leak, place, project) if own else None
    alone = len(function.statements) < 2
    if around is not None and first is statement.node and text.file == place.text.file and not alone:
        made = _defined(place, leak, around)
        moved: tuple[Edit, ...] = (Swap(statement.line, ()), Decorate(function.name, place.mark), Import("pytest"))
        wrote = tuple(each for each in cause.written if (each.file, each.line) == (source.file, source.line))
        yield Setup(merged([made, {text.file: moved}, _asking(cause, place.name, project)]), wrote)
    if around is not None:
        yield Setup(merged([_defined(place, leak, around), _asking(cause, place.name, project)]))
    made = _defined(place, leak, _Around((), (code(statement.node).strip(),), ()))
    yield Setup(merged([made, _asking(cause, place.name, project)]))


def moved(cause: Cause, source: Source, text: Text, function: Function, project: Project) -> Edits | None:
    """The first statement of a test, which writes, in a fixture that undoes it, and that the test asks for."""
    statement = text.statement_at(source.line)
    first = next((each for each in function.statements if not _is_text(each)), None)
    if statement is None or statement.node is not first or len(function.statements) < 2:
        return None
    place = _Place.of(replace(cause, edges=()), text, function, statement, project)
    leak = cause.leaks_at(source)[0]
    around = _around(statement, leak, place, project) if place is not None else None
    if place is None or around is None or not around.after:
        return None
    taken: tuple[Edit, ...] = (Swap(statement.line, ()), Decorate(function.name, place.mark), Import("pytest"))
    return merged([_defined(place, leak, around), {text.file: taken}])


def _is_text(statement: cst.BaseStatement) -> bool:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.SimpleString())]):
            return True
    return False


def _statement(text: Text, function: Function, source: Source) -> Statement | None:
    """The statement at the line that wrote, or the first one of the test that calls the function of that line."""
    found = text.statement_at(source.line) if source.file == text.file else None
    if found is not None and found.function == function:
        return found
    for each in text.simple:
        line = text.line_of(each)
        if text.function_at(line) == function and source.function in names_in(each):
            return Statement(each, line, function)
    return None


@dataclass(frozen=True, slots=True)
class _Around:
    before: tuple[str, ...]
    statements: tuple[str, ...]
    after: tuple[str, ...]
    imports: tuple[Import, ...] = ()

    @property
    def body(self) -> tuple[str, ...]:
        return (*self.before, *self.statements, "yield", *self.after) if self.after else self.statements


def _around(statement: Statement, leak: Leak, place: _Place, project: Project) -> _Around | None:
    """The statement, with what undoes it behind a yield."""
    found = [
        undo(each, (place.name,), absent=sets_anew(each, (leak,))) for each in writes_of(statement.small, (leak,))
    ]
    if found and None not in found:
        undone = [each for each in found if each is not None]
        plain = (code(statement.node).strip(),)
        return _Around(
            tuple(line for each in undone for line in each.before),
            tuple(line for each in undone for line in each.instead) or plain,
            tuple(line for each in undone for line in each.after),
        )
    kept = restore(leak, place.text, project)
    if kept is None or kept.asks_for:
        return None
    return _Around(kept.before, (code(statement.node).strip(),), kept.after, kept.imports)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a new fixture goes: the file, in front of what, what it is called, asks for and imports."""

    text: Text
    before: str
    name: str
    asks_for: tuple[str, ...]
    imports: tuple[Import, ...]
    annotated: bool

    @property
    def mark(self) -> str:
        return f'pytest.mark.usefixtures("{self.name}")'

    @classmethod
    def of(
        cls, cause: Cause, text: Text, function: Function, statement: Statement, project: Project
    ) -> _Place | None:
        files = {text.file, *(project.file_of(test) for test in cause.brittle)}
        names = [name for name in names_in(statement.node) if not hasattr(builtins, name)]
        known = function.parameters
        free = [name for name in names if name not in known and name not in text.imports]
        asked = tuple(name for name in names if name in known)
        if any(name in " ".join(function.decorators) or name == "self" for name in asked):
            return None
        if len(files) == 1:
            if not text.top_names.issuperset(free):
                return None
            name = _name(cause, text, project)
            before = function.name.partition(".")[0]
            return cls(text, before, name, _typed(asked, function), (), function.is_annotated)
        shared = nearest_conftest(files)
        target = project.source(shared) or Text(shared, "")
        if free:
            return None
        imports = tuple(_import(name, text) for name in names if name in text.imports)
        clash = any(name in target.top_names for name in names if name in text.imports)
        if clash or any(each.module.startswith(".") for each in imports):
            return None
        return cls(
            target, "", _name(cause, target, project), _typed(asked, function), imports, function.is_annotated
        )


def _name(cause: Cause, text: Text, project: Project) -> str:
    noun, taken = slug(cause.leaks[0].location.key.rpartition(":")[2]), project.taken_in(text)
    return noun if noun not in taken else free_name(f"with_{noun}", taken)


def _typed(asked: Sequence[str], function: Function) -> tuple[str, ...]:
    return tuple(f"{name}: {note}" if (note := function.parameters[name]) else name for name in asked)


def _import(name: str, text: Text) -> Import:
    module, what = text.imports[name]
    if what:
        return Import(what, module, name if name != what else "")
    return Import(module, alias=name if name != module else "")


def _defined(place: _Place, leak: Leak, around: _Around) -> Edits:
    body = around.body
    iterates = "yield" in body
    text = fixture(place.name, body, place.asks_for, annotated=place.annotated, returns="" if iterates else "None")
    edits: list[Edit] = [Import("pytest"), *place.imports, *around.imports, Define(text, place.before)]
    if iterates and place.annotated:
        edits.append(Import("Iterator", "collections.abc"))
    return {place.text.file: tuple(edits)}
