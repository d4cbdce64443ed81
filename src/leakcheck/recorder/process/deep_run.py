"""A deep look around the tests of one execution: who changed what, through which line, and what is put back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextvars import Context
from itertools import islice

from leakcheck.recorder.changes.ledger import StateLedger
from leakcheck.recorder.comparing import differ
from leakcheck.recorder.deep.deep_look import DeepLook, Difference
from leakcheck.recorder.deep.pinpoint import Pinpoint, Spots
from leakcheck.recorder.deep.seen_lines import SeenLines
from leakcheck.recorder.process.garbage import collect_garbage
from leakcheck.records import Change, Location, Question, questions
from leakcheck.snapshots.frames import is_project_file
from leakcheck.snapshots.rooted import Root

MAX_SPOTS = 50
"""So many locations are looked at after every line: of the entries of a container that one line has written, these
are enough."""


class DeepRun:
    """Begun before the first test; asked after each of the makers, and before what comes behind them."""

    def __init__(
        self,
        book: StateLedger,
        put_back: tuple[Location, ...] = (),
        find: tuple[Location, ...] = (),
        *,
        placebo: bool = False,
    ) -> None:
        """At the locations to put back or to find the lines of; a look everywhere if there are none. As a placebo
        nothing is put back in the end."""
        self._book = book
        self._placebo = placebo
        self._put_back = put_back
        wanted, means = (*put_back, *find), (book.camera, book.probes)
        self._find = find
        self._look = DeepLook.at(*means, wanted) if wanted else DeepLook.everywhere(*means)
        collect_garbage()  # what the look has made: else the collector soon runs, and takes what the makers leave
        self._makers: dict[Location, str] = {}
        self._found: list[Difference] = []  # nothing runs behind the last maker, and garbage may go by then
        self._lines = SeenLines(book.source_at)
        self._pinpoint: Pinpoint | None = None
        if find:
            self._pinpoint = Pinpoint(self._spots(find), is_project_file, differ, self._lines.changed)
            self._pinpoint.start()

    @classmethod
    def of(cls, book: StateLedger, question: Question) -> DeepRun | None:
        """For what is asked, if it wants more than the ledger keeps."""
        match question:
            case questions.DeepLook():
                return cls(book)
            case questions.Pinpoint(locations):
                return cls(book, find=locations)
            case questions.DeepPutBack(locations, placebo):
                return cls(book, locations, placebo=placebo)
            case questions.Company(restore=locations) if locations and not any(map(book.probes.keep, locations)):
                return cls(book, locations)
        return None

    def begin(self) -> None:
        self._look.settings.begin()

    def set_up(self, fixture: str | None) -> None:
        self._look.settings.set_up(fixture)

    def over(self, fixture: str, scope: str) -> None:
        self._look.settings.over(fixture)

    def enter(self, roots: Sequence[Root]) -> None:
        """`roots` are there from now on, for several tests: what they hold now is what counts as unchanged."""
        self._look.enter(roots)
        if self._pinpoint is not None:
            owners = {root.owner for root in roots}
            mine = [each for each in self._find if each.owner in owners]
            self._pinpoint.drop(lambda location: location in mine)
            self._pinpoint.add(self._spots(mine) if mine else [])

    def leave(self, path: str) -> None:
        """What was entered there is about to go."""
        self._look.leave(path)
        if self._pinpoint is not None:
            self._pinpoint.drop(lambda location: f"{location.owner}:{location.key}".startswith(path))

    def _spots(self, locations: Collection[Location]) -> Spots:
        return list(islice(self._look.spots(locations), MAX_SPOTS))

    def after(self, test: str) -> None:
        """`test` is over: what differs from now on was made by it."""
        self._found = self._look.differences()
        for each in self._found:
            self._makers.setdefault(each.location, test)

    def changes(self) -> tuple[Change, ...]:
        """What differs before the last test runs; what is put back again nobody needs to be told of."""
        if self._put_back:
            return ()
        if self._pinpoint is not None:
            self._pinpoint.stop()
        found = []
        for each in self._found:
            maker = self._makers.get(each.location, "")
            found.append(self._look.change(each, maker, self._lines.at(each.location)))
        return tuple(found)

    def surroundings(self) -> Context | None:
        """The context for the last test to run in; None for the usual one."""
        return self._book.probes.surroundings()

    def put_back_nothing(self) -> bool:
        """Put back what the order asks for. True if it asks for something, and all of it stayed as it was."""
        if not self._put_back:
            return False
        if not self._placebo:
            refused = [each for each in self._found if not _is_undone(each)]
            for (
                each
            ) in refused:  # what was put back behind it may have stood in its way, as an open transaction does
                _is_undone(each)
        still = {each.location for each in self._look.differences()}
        return not self._placebo and self._makers.keys() <= still


def _is_undone(difference: Difference) -> bool:
    try:
        difference.undo()
    except Exception:  # the project's own objects may refuse in any way
        return False
    return True
