"""Two lines that tell where an audit is, at any width: only names get shorter."""

from __future__ import annotations

from collections.abc import Mapping

from rich.text import Text

from leakcheck.cli.course import STAGES, Moment
from leakcheck.cli.left import words
from leakcheck.reports.wording.words import clean

TELL: Mapping[str, str] = {
    "collect": "collecting the suite, plain pytest beside it",
    "control": "plain pytest, again",
    "declared": "declared order",
    "isolated": "every test alone",
    "orders": "the suite in other orders",
    "turns": "other orders, and tests alone, by turns",
    "meant": "dependences that are meant",
    "pairs": "running tests after values that they read were leaked",
    "names": "the names in what tests run",
    "elsewhere": "running the others after what else tests change",
    "crowds": "all leaked values at once",
    "explain": "settling who breaks what in these orders",
    "latent": "settling who breaks what in any order",
    "deep": "finding what it is that leaked",
    "alternatives": "settling who else does the same",
    "confirm": "proving it, in fresh processes too",
    "cleaners": "settling who cleans up",
    "lines": "finding the lines that write it",
    "seeds": "the same under other hash seeds",
    "used": "the same on databases that a run has used",
    "quiet": "the same once more, with nothing else running",
}
ELSEWHERE: Mapping[str, str] = {
    "checkup": "collecting the suite, and running it once by plain pytest",
    "fixes": "looking for fixes, and proving them",
}
"""Of commands that are no audits."""
STOPPING = "stopping… what tests have changed is put back; Ctrl-C once more does not wait for that"
_BAR, _LEAST_BAR, _LEAST_NAME = 40, 8, 12


def drawn(moment: Moment, width: int, *, ascii_only: bool = False) -> Text:
    """What is being done and run; then a bar, how much of it is done, for how long, and what is left in all."""
    told = STOPPING if moment.stopping else doing(moment)
    above = _beside(told, "" if moment.stopping else clean(moment.running), width)
    return Text("\n").join((above, _measured(moment, width, ascii_only)))


def doing(moment: Moment) -> str:
    """ "step 3 of 5: every test alone"; the question that is open, where it is known."""
    stage = f"step {moment.stage} of {len(STAGES)}: " if moment.stage else ""
    return f"{stage}{clean(moment.question) or title(moment.phase)}"


def title(phase: str) -> str:
    return TELL.get(phase) or ELSEWHERE.get(phase, phase)


def count(moment: Moment, *, short: bool = False) -> str:
    """ "12 of 67 tests", "12/67"; "" where nothing is known."""
    if not moment.total:
        return ""
    if short:
        return f"{moment.done:,}/{moment.total:,}"
    unit = moment.unit if moment.total != 1 else moment.unit.removesuffix("s")
    return f"{moment.done:,} of {moment.total:,} {unit}"


def shortened(text: str, width: int) -> str:
    """The beginning and the end of a text that has no room: they tell most of a test's id."""
    if len(text) <= width:
        return text
    front = (width - 1) // 2
    back = width - 1 - front
    return f"{text[:front]}…{text[len(text) - back :]}"


def clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _beside(told: str, running: str, width: int) -> Text:
    room = width - len(told) - 2
    line = Text(shortened(told, width), style="bold")
    if running and room >= min(len(running), _LEAST_NAME):
        line.append(f"  {shortened(running, room)}", style="not bold dim")
    return line


def _measured(moment: Moment, width: int, ascii_only: bool) -> Text:
    left = "" if moment.stopping else words(moment.left)
    rest = _joined(count(moment), clock(moment.elapsed), left)
    if width - len(rest) - 2 < _LEAST_BAR:
        rest = _joined(count(moment, short=True), clock(moment.elapsed), left)
    size = min(_BAR, width - len(rest) - 2)
    return Text("  ").join([_bar(moment, size, ascii_only), Text(rest)] if size > 0 else [Text(rest[:width])])


def _joined(*parts: str) -> str:
    return "  ".join(filter(None, parts))


def _bar(moment: Moment, size: int, ascii_only: bool) -> Text:
    done = size * moment.done // moment.total if moment.total else 0
    full, empty = ("#", "-") if ascii_only else ("━", "─")
    return Text.assemble((full * done, "bar.complete"), (empty * (size - done), "dim"))
