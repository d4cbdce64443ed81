"""What was left behind, as the guard tells it: from one process to the one that shows it, as text in a report."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from leakcheck.records import Change, TestRun

ATTRIBUTE = "leakcheck_left"
"""The name in a report of pytest under which the leaks of a test travel."""

Standing = Literal["counts", "known", "ignored", "warm"]
"""Whether a leak counts, stands in the baseline, has a rule or a mark, or may be what a first use makes."""
Undone = Literal["", "done", "impossible"]


@dataclass(frozen=True)
class Left:
    """One leak of one test or fixture.

    `by` is the test in which it was seen, `fixture` the wider fixture that left it, "" if the test itself did.
    `accept` are the lines of a baseline that know it. `fails`: it is an error, and of that fixture.
    `likely`: where no line was seen to write, those that by their source write there.
    """

    by: str
    change: Change
    fixture: str = ""
    standing: Standing = "counts"
    reason: str = ""
    accept: str = ""
    undone: Undone = ""
    fails: bool = False
    likely: tuple[str, ...] = ()

    def text(self) -> str:
        """As it travels."""
        event = written(TestRun(self.by, "unknown", changes=(self.change,)))
        return json.dumps({"event": event, **{name: getattr(self, name) for name in _REST}})


_REST = ("fixture", "standing", "reason", "accept", "undone", "fails", "likely")


def attach(report: Any, left: Iterable[Left]) -> None:
    """Let `report` carry these leaks."""
    texts = [each.text() for each in left]
    if texts:
        setattr(report, ATTRIBUTE, texts)


def carried(report: Any) -> Iterator[Left]:
    """The leaks that `report` carries."""
    for text in getattr(report, ATTRIBUTE, ()):
        row = json.loads(text)
        run, likely = read(row.pop("event")), tuple(row.pop("likely"))
        yield Left(run.test, run.changes[0], likely=likely, **row)


def written(run: TestRun) -> str:
    """`run` as text. What that takes is loaded where something is to be told, as it is not in most runs."""
    from leakcheck.wire.codec import encode
    from leakcheck.wire.events import Finished

    return encode(Finished(run)).decode("ascii")


def read(text: str) -> TestRun:
    """The run that was `written` so."""
    from leakcheck.wire.codec import decode
    from leakcheck.wire.events import Finished

    event = decode(text)
    assert isinstance(event, Finished)
    return event.run
