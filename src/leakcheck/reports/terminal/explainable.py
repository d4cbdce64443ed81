"""What `leakcheck explain` can tell about, where no test is named: those whose story is most worth reading."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from rich.console import Console

from leakcheck.records import Result
from leakcheck.reports.terminal.page import Piece, emit, in_columns, prose, row, section
from leakcheck.reports.wording.next_steps import explaining
from leakcheck.reports.wording.words import clip, more, plural

MOST = 20
_QUIET = ("stable", "skipped")


def render_explainable(result: Result, console: Console) -> None:
    """Print on `console` who depends on others or is in trouble, and who leaks; others can be named, too."""
    emit(console, _pages(result))


def _pages(result: Result) -> Iterator[Piece]:
    hurt = [(test.verdict, test.id) for test in result.tests if test.verdict not in _QUIET]
    known = {name for _, name in hurt}
    tests = {test.id for test in result.tests}
    leaking = list(_leaking(result, tests - known))
    yield prose("Name a test, or a part of its id that no other test has.")
    yield from section("Tests whose outcome is in question", _listed(hurt))
    yield from section("Other tests that leak", _listed(leaking))
    if not hurt and not leaking:
        yield prose(f"None of {plural(len(result.tests), 'test')} depends on others or leaks.")
    leaks = (polluter for leak in result.leaks for polluter in leak.polluters if polluter in tests)
    first = next((name for _, name in hurt), next(leaks, next(iter(sorted(tests)), "")))
    if first:
        yield from (row(), row("Next: ", (explaining(first, result), "bold")))


def _leaking(result: Result, tests: Collection[str]) -> Iterator[tuple[str, str]]:
    """Each leak, and the first of those who leave it."""
    for leak in result.leaks:
        mine = [polluter for polluter in leak.polluters if polluter in tests]
        if mine:
            yield leak.id, " ".join([mine[0], *more(len(mine) - 1)])


def _listed(rows: Sequence[tuple[str, str]]) -> Iterator[Piece]:
    shown = [(clip(told), clip(name)) for told, name in rows[:MOST]]
    yield from (row((told, "dim"), "  ", name, indent=2) for told, name in in_columns(shown))
    if len(rows) > MOST:
        yield row((f"+ {len(rows) - MOST} more", "dim"), indent=2)
