"""An import leaks: the statement moves from the module into a fixture of its tests, which undoes it."""

from __future__ import annotations

from collections.abc import Iterator

from leakcheck.fixes.causes import Cause, Project
from leakcheck.fixes.edits import Define, Edit, Edits, Import, Swap
from leakcheck.fixes.monkeypatching import Patched, patched
from leakcheck.fixes.naming import slug
from leakcheck.fixes.restoring import restore
from leakcheck.fixes.source import Source as Text
from leakcheck.fixes.source import Statement, code
from leakcheck.fixes.styles import is_annotated
from leakcheck.fixes.undoing import free_name
from leakcheck.fixes.writes import sets_anew, writes_of
from leakcheck.fixes.writing import fixture
from leakcheck.records import Source


class Candidate:
    """Of files of tests only: what an application does when it is imported is its own."""

    name = "what the import of the file sets, a fixture sets and undoes"
    rank = 15

    def at_line(self, cause: Cause, source: Source, project: Project) -> Edits | None:
        text = project.source(source.file)
        statement = text.statement_at(source.line) if text is not None else None
        if text is None or statement is None or statement.function is not None or source.phase != "import":
            return None
        if source.file not in project.test_files:
            return None
        edits = _moved(cause, source, text, statement, project)
        return {source.file: (*edits, Import("pytest"), Swap(statement.line, ()))} if edits else None

    def of_cause(self, cause: Cause, project: Project) -> Iterator[Edits]:
        yield from ()


def _moved(cause: Cause, source: Source, text: Text, statement: Statement, project: Project) -> tuple[Edit, ...]:
    leaks, annotated = cause.leaks_at(source), is_annotated(text)
    name = free_name(f"with_{slug(leaks[0].location.key)}", project.taken_in(text))
    forms = [patched(each, absent=sets_anew(each, leaks)) for each in writes_of(statement.small, leaks)]
    if forms and None not in forms:
        return (Define(_by_monkeypatch(name, [each for each in forms if each is not None], annotated=annotated)),)
    kept = restore(leaks[0], text, project)
    if kept is None or kept.asks_for:
        return ()
    body = [*kept.before, code(statement.node).strip(), "yield", *kept.after]
    typed = [Import("Iterator", "collections.abc")] if annotated else []
    return (*typed, *kept.imports, Define(fixture(name, body, annotated=annotated, autouse=True)))


def _by_monkeypatch(name: str, forms: list[Patched], *, annotated: bool) -> str:
    asked = dict.fromkeys(each.fixture for each in forms)
    parameters = [f"{fixture_name}: {kind}" if annotated else fixture_name for fixture_name, kind in asked]
    lines = [each.line for each in forms]
    return fixture(name, lines, parameters, annotated=annotated, autouse=True, returns="None")
