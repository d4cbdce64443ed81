"""What one test changed and did not put back, and what it read: the text of `leakcheck diff TEST`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from rich.console import Console

from leakcheck.records import Change, Location, PathChange, Suite, TestRun
from leakcheck.reports.terminal.page import Piece, emit, prose, row, section
from leakcheck.reports.wording.root_causes import grouped
from leakcheck.reports.wording.words import clip, listed, more, place_at, plural, writers

MAX_WAYS = 3
MAX_READS = 50
FINALISED = "finalised"
PHASES: Mapping[str, str] = {
    "import": "While its file was imported",
    "setup": "During setup",
    "call": "During the call",
    "teardown": "During teardown",
    FINALISED: "Left by wider fixtures after their own teardown",
    "": "Seen after the test, the line is not known",
}


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """A change, the phase that it belongs to, and in how many runs it was seen alike."""

    change: Change
    phase: str
    times: int


def render_diff(test: str, runs: Sequence[TestRun], suite: Suite, console: Console) -> None:
    """Print on `console` what `test` left behind in `runs`, phase by phase, and what it read."""
    mine = [run for run in runs if run.test == test]
    emit(console, _pages(test, mine, suite))


def left_behind(runs: Sequence[TestRun]) -> tuple[LeftBehind, ...]:
    """Every change that `runs` left behind, equal ones once, in the order of phases."""
    counts = Counter(pair for run in runs for pair in dict.fromkeys(_changes(run)))
    ranked = sorted(counts.items(), key=lambda item: (list(PHASES).index(item[0][1]), item[0][0].location))
    return tuple(LeftBehind(change, phase, times) for (change, phase), times in ranked)


def _pages(test: str, runs: Sequence[TestRun], suite: Suite) -> Iterator[Piece]:
    yield row((clip(test), "bold"))
    if not runs:
        yield row("was not run in this audit", indent=2)
        return
    yield from _outcomes(runs)
    left = left_behind(runs)
    yield _verdict(left)
    for phase, changes in grouped(left, lambda each: each.phase).items():
        yield from section(PHASES[phase], _locations(changes, len(runs), suite))
    yield from section("What it read before writing it", _reads(runs, suite))


def _verdict(left: Sequence[LeftBehind]) -> Piece:
    if not left:
        text = "left nothing behind: every watched location was as before"
        return row(("✓ ", "bold green"), text, indent=2)
    locations = {each.change.location for each in left}
    return row(("✗ ", "bold red"), f"left {plural(len(locations), 'location')} changed", indent=2)


def _outcomes(runs: Sequence[TestRun]) -> Iterator[Piece]:
    counts = Counter(run.outcome for run in runs)
    words = (f"{outcome} in {plural(times, 'execution')}" for outcome, times in counts.most_common())
    yield prose(listed(words), indent=2)
    again = Counter(run.again for run in runs if run.again is not None)
    if again:
        yield prose(f"run again in the same process: {listed(map(str, again))}", indent=2)
    yield from (row((clip(crash), "dim"), indent=2) for crash in dict.fromkeys(run.crash for run in runs) if crash)


def _changes(run: TestRun) -> Iterator[tuple[Change, str]]:
    """Changes with their phase, without what differs from one execution to the next."""
    for change in run.changes:
        yield _comparable(change), _phase(change)
    for change in run.finalised:
        yield _comparable(change), FINALISED


def _comparable(change: Change) -> Change:
    return replace(change, digest="", before_digest="")


def _phase(change: Change) -> str:
    phase = change.sources[0].phase if change.sources else ""
    return phase if phase in PHASES else ""


def _locations(left: Sequence[LeftBehind], runs: int, suite: Suite) -> Iterator[Piece]:
    for location, ways in grouped(left, lambda each: each.change.location).items():
        ranked = sorted(ways, key=lambda each: -each.times)
        yield row((place_at(location, suite.kind(location)), "bold cyan"), indent=2)
        for each in ranked[:MAX_WAYS]:
            yield from _way(each, runs)
        yield from (row(each, indent=4) for each in more(len(ways) - MAX_WAYS, "way", where="in other executions"))


def _way(left: LeftBehind, runs: int) -> Iterator[Piece]:
    change = left.change
    for part in change.paths or (PathChange("", change.before, change.after),):
        label = f"{clip(part.path)}: " if part.path else ""
        yield row(label, (clip(part.before), "green"), " → ", (clip(part.after), "red"), indent=4)
    yield from (row(("written  ", "dim"), each, indent=4) for each in writers(change.sources))
    remarked = listed(remarks(left, runs))
    if remarked:
        yield row((remarked, "dim"), indent=4)


def remarks(left: LeftBehind, runs: int) -> Iterator[str]:
    """What restricts a change: executions, a fixture's life, a third party's object."""
    if left.times < runs:
        yield f"in {left.times} of {plural(runs, 'execution')}"
    if left.change.reach != "suite":
        yield f"seen only while its {clip(left.change.reach)} fixture lives"
    if left.change.internal:
        yield "inside an object of a third party"


def _reads(runs: Sequence[TestRun], suite: Suite) -> Iterator[Piece]:
    reads: list[Location] = sorted({location for run in runs for location in run.reads})
    shown = (place_at(location, suite.kind(location)) for location in reads[:MAX_READS])
    yield from (row(each, indent=2) for each in shown)
    yield from (row(each, indent=2) for each in more(len(reads) - MAX_READS))
