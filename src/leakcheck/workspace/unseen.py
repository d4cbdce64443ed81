"""What executions change with nobody seeing it: through libraries in C, other programs, other names of a file.

The tree below the rootdir is compared when an execution has ended. What differs, and no audit event has told of,
may be the work of its tests, or of somebody else: of the user, who goes on working. It is an execution's if it
comes back when it runs again with nothing beside it, from where it had begun, and if nothing happens while nothing
runs. Until then nothing is lost: what stands there is kept, and comes back if it was somebody else's.
"""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from leakcheck.errors import CannotRecord, Unreadable
from leakcheck.recorder.outside.file_copies import of_descriptor
from leakcheck.recorder.outside.proofs import proven, undo_key
from leakcheck.records import OWN_FILE
from leakcheck.store import AuditFolder
from leakcheck.wire import events, segments
from leakcheck.workspace.doubts import Doubt, held_open, is_served, shape_of
from leakcheck.workspace.layers import Changed
from leakcheck.workspace.listing import State, differing, kind_of, only_entry, state_of
from leakcheck.workspace.originals import Originals
from leakcheck.workspace.resource import UnderWay
from leakcheck.workspace.tree import Tree

IDLE = 5.0
"""Seconds, at most, for which nothing runs to see whether somebody else goes on changing files."""
_PASSING = (stat.S_IFIFO, stat.S_IFSOCK)
_OFTEN = 3
"""So many times something else was found in a place, each time by one who ran alone: that is no chance."""
_TRIALS = 5
_NEVER = 2**63
_BEFORE = "before-"


@dataclass
class Unseen:
    """`before` is what stands below `root` when nothing runs; `strange` are paths that somebody else changes."""

    folder: AuditFolder
    root: str
    key: bytes
    tree: Tree
    before: dict[str, State] = field(default_factory=dict)
    first: dict[str, State] = field(default_factory=dict)
    originals: Originals = field(default_factory=Originals)
    strange: set[str] = field(default_factory=set)
    _proven: set[str] = field(default_factory=set)
    _shapes: set[str] = field(default_factory=set)
    _strange_shapes: set[str] = field(default_factory=set)
    _tried: dict[str, int] = field(default_factory=dict)
    _times: dict[str, int] = field(default_factory=dict)
    _met: set[str] = field(default_factory=set)
    _changed: set[str] = field(default_factory=set)
    _begun: int = _NEVER
    _doubts: list[Doubt] = field(default_factory=list)
    _loose: set[str] = field(default_factory=set)
    _read: dict[str, tuple[State, tuple[events.Event, ...]]] = field(default_factory=dict)

    @classmethod
    def begin(cls, folder: AuditFolder, root: str, scratch: str, salt: str) -> Unseen:
        """Look at everything below `root` before anything runs."""
        own = {os.path.realpath(str(path)) for path in (folder.path.parent, folder.path, scratch, *_output())}
        tree = Tree.of(root, own - {root}, folder.path)
        if tree.look() is None:
            return cls(folder, root, undo_key(salt), tree)
        found = tree.states
        return cls(folder, root, undo_key(salt), tree, dict(found), dict(found), Originals.of(found))

    # Around executions -------------------------------------------------------------------------------------------

    def settle(self) -> None:
        """Something is about to run while nothing does: what was put back is what stands there."""
        for path in self._changed:
            self._accept(path)
        self._changed.clear()
        self._met.clear()
        self._read = {tag: read for tag, read in self._read.items() if tag.startswith(_BEFORE)}
        self._begun = _NEVER
        for path in self._proven:
            if state_of(path) != self.before.get(path):  # in between, so by somebody else
                self.originals.renew(path)
                self._accept(path)

    def ended(self, job: UnderWay, others: Collection[UnderWay], pending: Collection[str]) -> bool:
        """Look at what `job` has changed, which ran beside `others` and is over; `pending` is known to be changed.
        Tells whether it has to run again before anybody knows whose doing that was. What is its doing is told
        beside its copies."""
        changes = self._changes((job, *others), pending)
        if changes and others:
            self._met.update(each.tag for each in (job, *others))
            for each in (job, *others):
                each.touches = True
            return False
        mine = [path for path in changes if self._is_ours(path)]
        rest = [path for path in changes if path not in mine]
        self._tell(job, mine)
        earlier = list(self._doubts)
        again = bool(rest) and self._begin_doubt(job, rest)
        self._end_doubts(job.tag, earlier)
        return again

    def stop(self, jobs: Sequence[UnderWay]) -> None:
        """Everything ends now: what is known to be the doing of tests is told, what is in doubt comes back."""
        if jobs:
            self._tell(jobs[0], [path for path in self._changes(jobs, ()) if self._is_ours(path)])
        for doubt in self._doubts:
            doubt.take_back(doubt.paths)
        self._doubts.clear()
        self.tree.close()

    def left(self, known: Collection[str]) -> list[str]:
        """The paths that are not what they were when the audit began, without those that are `known`."""
        self.tree.close()  # who looks for the last time looks at everything
        changed = self.tree.look()
        if changed is None:
            return []
        self._loose.update(changed)
        now = self.tree.states
        found = (path for path in differing(self.first, now) if path not in known)
        return sorted(path for path in found if not self._is_same(path, self.first.get(path), now.get(path)))

    # What differs ------------------------------------------------------------------------------------------------

    def _changes(self, jobs: Sequence[UnderWay], pending: Collection[str]) -> list[str]:
        """The paths that have changed since nothing ran, that nobody told of, and that no import has changed."""
        names = self._differing()
        now = self.tree.states
        self._changed.update(names)
        if not names:
            return []
        told = {*pending, *self._told(jobs)}
        self._begun = min(self._begun, *map(self._first_test, jobs))
        found = []
        for path in names:
            if path in told or self._is_strange(path) or self._is_same(path, self.before.get(path), now.get(path)):
                continue
            if self._changed_at(path) < self._begun:
                self._accept(path)
            else:
                found.append(path)
        return found

    def _differing(self) -> list[str]:
        """The paths that are otherwise than when nothing ran; `_loose` are those that may be."""
        changed = self.tree.look()
        if changed is None:
            return []
        self._loose.update(changed)
        found = sorted(path for path in self._loose if self.before.get(path) != self.tree.states.get(path))
        self._loose = set(found)
        return found

    def _is_strange(self, path: str) -> bool:
        """Whether somebody else is known to change it, or to make such files."""
        return path in self.strange or (path not in self.before and shape_of(path) in self._strange_shapes)

    def _is_same(self, path: str, before: State | None, now: State | None) -> bool:
        """Whether the difference is none: links have no content but their target, entries get new times."""
        if not only_entry(before, now):
            return False
        return self.originals.holds(path) is not False

    def _told(self, jobs: Iterable[UnderWay]) -> set[str]:
        """Of what audit events have told."""
        tags = {job.tag for job in jobs} | {*self.folder.tags(_BEFORE)}
        return {event.name for tag in tags for event in self._outside(tag) if event.what == "file"}

    def _outside(self, tag: str) -> list[events.Outside]:
        items = (*self._events(tag), *self.folder.forked(tag))
        return [event for event in items if isinstance(event, events.Outside)]

    def _first_test(self, job: UnderWay) -> int:
        """When its first test began; the end of time if none did."""
        return min(self._tests(job), default=(_NEVER, ""))[0]

    def _tests(self, job: UnderWay) -> list[tuple[int, str]]:
        return [(each.clock, each.test) for each in self._events(job.tag) if isinstance(each, events.Started)]

    def _events(self, tag: str) -> tuple[events.Event, ...]:
        """What it tells by now. That it was read is remembered until something else begins."""
        try:
            found = self.folder.status(tag)
            signature = (found.st_ino, found.st_size, found.st_mtime_ns)
            if self._read.get(tag, ((), ()))[0] != signature:
                self._read[tag] = signature, self.folder.read(tag)
        except (Unreadable, CannotRecord):  # its process was ended before it told anything
            return ()
        return self._read[tag][1]

    def _changed_at(self, path: str) -> int:
        """When it changed last. What lies in a folder that was moved keeps its time."""
        found, parent = _changed_at(path), os.path.dirname(path)
        while parent not in self.before and parent.startswith(os.path.join(self.root, "")):
            found, parent = max(found, _changed_at(parent)), os.path.dirname(parent)
        return found

    def _accept(self, path: str) -> None:
        state = state_of(path)
        self._loose.add(path)
        if state is None:
            self.before.pop(path, None)
        else:
            self.before[path] = state

    # Whose doing it is -------------------------------------------------------------------------------------------

    def _is_ours(self, path: str) -> bool:
        """Whether executions are known to change it, or show it just now by doing it again."""
        if path in self._proven or self._times.get(path, 0) == _OFTEN:
            return True
        if any(doubt.shows(path) for doubt in self._doubts):
            return True
        if path in self.before:
            return False
        passing = kind_of(state_of(path)) in _PASSING and not is_served(path)  # nobody keeps anything in these
        return passing or shape_of(path) in self._shapes

    def _tell(self, job: UnderWay, paths: Sequence[str]) -> None:
        """These are the doing of `job`, with what they were."""
        if not paths:
            return
        job.touches = True
        self._proven.update(path for path in paths if path in self.before)
        self._shapes.update(shape_of(path) for path in paths if path not in self.before)
        copies, tests = self._copies_of(job), self._tests(job)
        items = [
            proven(
                events.Outside(
                    "file",
                    path,
                    self.originals.copy(path, copies / f"unseen-{number}"),
                    time.monotonic(),
                    _at(self._changed_at(path), tests),
                    self.root,
                ),
                self.key,
            )
            for number, path in enumerate(paths)
        ]
        _write(copies, items)

    def _copies_of(self, job: UnderWay) -> Path:
        copies = self.folder.undo / job.tag
        copies.mkdir(mode=0o700, parents=True, exist_ok=True)
        return copies

    def tell_own(self, job: UnderWay, changed: Sequence[Changed]) -> None:
        """What `job` has changed where nobody else meets it, with nobody telling."""
        told = {each.name for each in self._outside(job.tag)}
        news = [each for each in changed if each.path not in told]
        if not news:
            return
        copies = self._copies_of(job)
        tests, now = self._tests(job), time.monotonic()
        _write(copies, [events.Outside(OWN_FILE, each.path, "", now, _at(each.clock, tests)) for each in news])

    def _begin_doubt(self, job: UnderWay, paths: Sequence[str]) -> bool:
        """Wait whether somebody else goes on; then let whoever ran meanwhile run again from where it began."""
        if self._tried.get(job.tag, 0) == _TRIALS:
            self._leave(paths)
            return False
        suspects = {job.tag, *self._met}
        for tag in suspects:
            self._tried[tag] = self._tried.get(tag, 0) + 1
        rest = self._at_rest(job, paths)
        if not rest:
            return False
        for path in rest:
            self._times[path] = self._times.get(path, 0) + 1
        number = sum(self._tried.values())
        self._doubts.append(Doubt.begin(self.folder, f"{number}", self.root, suspects, rest, self.originals))
        for path in rest:  # what could not be put back is to change once more
            self._accept(path)
        job.touches = True
        return True

    def _at_rest(self, job: UnderWay, paths: Sequence[str]) -> list[str]:
        """Those of `paths` that nobody changes, or has open, while nothing runs for as long as `job` ran."""
        states = {path: state_of(path) for path in paths}
        time.sleep(min(IDLE, time.monotonic() - job.began))
        more = [path for path in self._changes([job], paths) if path not in self.before]
        self._strange_shapes.update(map(shape_of, more))
        busy = {path for path in paths if state_of(path) != states[path] or shape_of(path) in self._strange_shapes}
        busy |= held_open(paths)
        self._leave((*busy, *more))
        return [path for path in paths if path not in busy]

    def _end_doubts(self, tag: str, doubts: Sequence[Doubt]) -> None:
        """`tag` has shown what it does; behind the last of the suspects, everybody else's comes back."""
        for doubt in doubts:
            doubt.suspects.discard(tag)
            if not doubt.suspects:
                self._doubts.remove(doubt)
                open_still = {path for each in self._doubts for path in each.paths}
                strange = [path for path in doubt.paths if not self._is_shown(path) and path not in open_still]
                doubt.take_back(strange)
                self._leave(strange)

    def _is_shown(self, path: str) -> bool:
        return path in self._proven or (path not in self.before and shape_of(path) in self._shapes)

    def _leave(self, paths: Iterable[str]) -> None:
        """These are somebody else's."""
        for path in paths:
            self.strange.add(path)
            self._accept(path)


def _output() -> list[str]:
    """The files that this process prints to."""
    found = (of_descriptor(descriptor) for descriptor in (1, 2))
    return [path for path in found if path is not None]


def _changed_at(path: str) -> int:
    """When the entry changed last; where it is gone, when its folder did."""
    while True:
        try:
            return os.lstat(path).st_ctime_ns
        except OSError:
            path, last = os.path.dirname(path), path
            if path == last:
                return 0


def _at(clock: int, tests: Sequence[tuple[int, str]]) -> str:
    """The test that had begun last at that time."""
    return next((test for began, test in reversed(tests) if began <= clock), tests[0][1] if tests else "")


def _write(copies: Path, items: Sequence[events.Event]) -> None:
    """Tell it beside the copies, in a segment of its own."""
    path = next(path for number in count(1) if not os.path.lexists(path := copies / f"unseen{number}.jsonl"))
    lines = segments.chained((events.Header(events.FORMAT, path.stem), *items))
    with path.open("xb") as stream:
        stream.write(lines)
