"""A client of a test file that all its tests share: a fixture makes one for each test, and they take it."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

import libcst as cst

from leakcheck.fixes.causes import Cause, Project
from leakcheck.fixes.edits import AskFor, Define, Edit, Edits, Import, Swap
from leakcheck.fixes.naming import is_module
from leakcheck.fixes.source import Function, Statement, bound_in, code, names_outside
from leakcheck.fixes.source import Source as Text
from leakcheck.fixes.styles import is_annotated
from leakcheck.fixes.writing import fixture
from leakcheck.records import Source

_KINDS = frozenset({"client_cookies", "client_headers"})


class Candidate:
    """Its name stays, so that nothing is renamed. Where a helper, another file or a class of unittest uses it, too,
    this is no way."""

    name = "a fixture makes a client for each test"
    rank = 25

    def at_line(self, cause: Cause, source: Source, project: Project) -> Edits | None:
        return None

    def of_cause(self, cause: Cause, project: Project) -> Iterator[Edits]:
        owners = {leak.location.owner for leak in cause.leaks}
        if len(owners) != 1 or not all(leak.location.kind in _KINDS for leak in cause.leaks):
            return
        module, _, name = owners.pop().partition(":")
        file = next((each for each in sorted(project.test_files) if is_module(each, module)), None)
        text = project.source(file) if file is not None else None
        if text is not None and name.isidentifier() and not _is_imported(module, name, project):
            edits = _own_client(name, text)
            if edits:
                yield {text.file: edits}


def _is_imported(module: str, name: str, project: Project) -> bool:
    """Whether some file of tests, or a conftest, has it of that module, or all of that module."""
    shared = {posixpath.join(posixpath.dirname(file), "conftest.py") for file in project.test_files}
    texts = (project.source(file) for file in sorted(project.test_files | shared | {"conftest.py"}))
    known = {place for text in texts if text is not None for place in text.imports.values()}
    last = module.rpartition(".")[2]
    return any(
        (what == name and origin.rpartition(".")[2] == last) or last in (what, origin) for origin, what in known
    )


def _own_client(name: str, text: Text) -> tuple[Edit, ...]:
    made = _made(name, text)
    users = [each for each in text.functions.values() if name in each.names and name not in bound_in(each.node)]
    if made is None or not users or not all(_may_ask(each, name) for each in users):
        return ()
    if sum(each == name for each in names_outside(text.module)) != 1:  # that is where it is made
        return ()
    statement, call = made
    kind = code(call.func)
    annotated = is_annotated(text) and kind.isidentifier()
    new = fixture(name, [f"return {code(call)}"], annotated=annotated, returns=kind)
    asked = tuple(AskFor(each.name, name, kind if kind.isidentifier() else "") for each in users)
    return (Import("pytest"), Swap(statement.line, ()), Define(new, _first_user(users)), *asked)


def _made(name: str, text: Text) -> tuple[Statement, cst.Call] | None:
    """The only statement of the module that binds it, by a call, with no comment that would go with it."""
    for line in text.module.body:
        match line:
            case cst.SimpleStatementLine(
                body=[cst.Assign(targets=[cst.AssignTarget(target=cst.Name(found))], value=cst.Call() as call)]
            ) if found == name:
                told = [line.trailing_whitespace.comment, *(each.comment for each in line.leading_lines)]
                return None if any(told) else (Statement(line, text.line_of(line), None), call)
    return None


def _may_ask(function: Function, name: str) -> bool:
    if re.search(rf"\bglobal\b.*\b{name}\b", code(function.node)):
        return False
    own = function.name.rpartition(".")[2]
    is_test = own.startswith("test") and "staticmethod" not in function.decorators
    return (is_test or function.is_fixture) and not function.is_unittest


def _first_user(users: Sequence[Function]) -> str:
    return users[0].name.partition(".")[0]
