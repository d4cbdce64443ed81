"""`leakcheck report --timing`: where the time of an audit went. It fits 80 columns."""

from __future__ import annotations

from collections.abc import Iterator

from leakcheck.records import Result
from leakcheck.records.timing import CpuShares, Timing, TimingRow
from leakcheck.reports.terminal.page import Piece, prose, section, table
from leakcheck.reports.wording.local_paths import Local
from leakcheck.reports.wording.sentences import cost_in_words
from leakcheck.reports.wording.timing import PHASES, dominating, turns_in_words, why_turns
from leakcheck.reports.wording.words import clip, duration

_NOT_RECORDED = "Phases and CPU were not recorded: an older leakcheck has made this audit, or it was not finished."
_NAME = 44


def timing(result: Result) -> tuple[Piece, ...]:
    """What dominates first, then the tables that show it."""
    found = result.timing
    return (
        prose((f"{cost_in_words(result.cost)[0].upper()}{cost_in_words(result.cost)[1:]}", "bold")),
        prose(dominating(found), indent=2),
        *(() if found.cpu is not None else (prose((_NOT_RECORDED, "yellow"), indent=2),)),
        *_phases(found),
        *_cpu(found),
        *section("Turns", _turns(result)),
        *_slow_tests(found),
        *_slow_executions(found),
    )


def _phases(found: Timing) -> tuple[Piece, ...]:
    header = ["phase", "executions", "tests", "wall", "CPU", "waiting"]
    return section("By phase", table([header, *map(_row, found.rows)], indent=2)) if found.rows else ()


def _row(each: TimingRow) -> list[str]:
    counts = (f"{number:,}" if number else "" for number in (each.executions, each.tests))
    return [PHASES.get(each.name, each.name), *counts, *map(_seconds, (each.seconds, each.cpu, each.waiting))]


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f} s"


def _cpu(found: Timing) -> tuple[Piece, ...]:
    if found.cpu is None or not found.cpu.total:
        return ()
    rows = [[name, count, _seconds(seconds), _share(seconds, found.cpu)] for name, count, seconds in _parts(found)]
    return section("By process", table([["CPU of", "number", "seconds", "share"], *rows], indent=2))


def _parts(found: Timing) -> Iterator[tuple[str, str, float]]:
    cpu = found.cpu or CpuShares()
    executions = sum(each.executions for each in found.rows)
    yield "executions, forked", f"{executions - found.fresh:,}", cpu.forked
    yield "executions, started from nothing", f"{found.fresh:,}", cpu.fresh
    yield "imports and collection, to be forked", f"{found.nodes:,}", cpu.nodes
    yield "leakcheck itself", "", cpu.own
    yield "forking, guarding and ending them", "", cpu.rest


def _share(seconds: float, cpu: CpuShares) -> str:
    return f"{100 * seconds / cpu.total:.0f} %"


def _turns(result: Result) -> Iterator[Piece]:
    found, local = result.timing, Local(result.suite.rootdir)
    if found.exclusive:
        yield prose(f"{turns_in_words(found)}; lanes stood idle for {duration(found.turns)}.", indent=2)
    for shared in found.shared:
        shown = {name: local(name) for name in shared.names}
        yield prose(why_turns(shared, shown), indent=2)
    if found.imports:
        yield prose(f"Lanes waited {duration(found.imports)} for processes to be ready to be forked.", indent=2)


def _slow_tests(found: Timing) -> tuple[Piece, ...]:
    rows = [[_shortened(each.test), f"{each.runs:,}", _seconds(each.seconds)] for each in found.slow_tests]
    return section(
        "Slowest tests", table([["test, in all its runs", "runs", "wall"], *rows], indent=2) if rows else ()
    )


def _slow_executions(found: Timing) -> tuple[Piece, ...]:
    rows = [
        [
            f"{each.id} {_shortened(each.order, _NAME - 7)}",
            f"{each.tests:,}",
            _seconds(each.seconds),
            _seconds(each.cpu),
        ]
        for each in found.slow_executions
    ]
    header = ["execution", "tests", "wall", "CPU"]
    return section("Slowest executions", table([header, *rows], indent=2) if rows else ())


def _shortened(text: str, width: int = _NAME) -> str:
    """The end of a test's id tells most of it."""
    text = clip(text, 1000)
    return text if len(text) <= width else f"…{text[1 - width :]}"
