"""The engine of a worker: in the project's folder there, with an audit's folder of its own for what it writes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from leakcheck.engine.cluster.places import as_there, moved, places
from leakcheck.engine.cluster.terms import Answer, Asked, At, Terms, Told
from leakcheck.engine.engine import Engine
from leakcheck.engine.fork.backend import ForkBackend
from leakcheck.engine.job import FIRST_TEST, Job
from leakcheck.errors import EngineFailed
from leakcheck.recorder.process.boot import REFUSED
from leakcheck.records import Execution, Note
from leakcheck.store.parts import sealed_anew
from leakcheck.wire import events, segments

BASE = "workers"
"""Where workers keep what they write, in the folder of audits of the project that they stand in."""
FORK = ForkBackend.name
_LONGEST_LOG = 20_000


@dataclass
class Workplace:
    """`engine` runs what is asked here; `terms` are the host's. `root` is the project's folder. What is `asked` has
    no answer yet. What is `held` waits until the suite is collected, by imports that have met no file which a test
    has changed."""

    terms: Terms
    engine: Engine
    root: str
    waiting: list[Job] = field(default_factory=list)
    held: list[Job] = field(default_factory=list)
    asked: dict[str, Asked] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    _told: dict[str, At] = field(default_factory=dict)
    _incidents: int = 0
    _collected: bool = False
    _stale: bool = False

    @property
    def busy(self) -> bool:
        return bool(self.held or self.waiting or self.engine.jobs)

    def take(self, asked: Asked) -> None:
        """Run it when its turn comes."""
        self._stand_as(asked)
        (header,) = segments.read_segment(asked.header).events
        if not isinstance(header, events.Header) or header.order is None:
            raise EngineFailed("no order came from the host")
        self.asked[asked.tag] = asked
        args = None if asked.args is None else here(self.terms, asked.args)
        self.engine.launch.folder.segment(asked.tag).unlink(missing_ok=True)  # the host asks once more
        job = Job(asked.tag, header.order, asked.mode, args)
        (self.held if asked.mode == FORK and not self._collected else self.waiting).append(job)

    def cancel(self, tag: str) -> None:
        """Nobody waits for it any more."""
        self.asked.pop(tag, None)
        for jobs in (self.held, self.waiting):
            jobs[:] = [job for job in jobs if job.tag != tag]
        self.engine.scheduler.cancel(tag)

    def step(self) -> Iterator[Told]:
        """Go on a little; what there is to tell."""
        if self.held:
            self._collect()
        for execution in self.engine.scheduler.step(self.waiting, self.engine.lanes):
            tag = self._asked_as(execution)
            if self.asked.pop(tag, None) is not None:
                yield self._answer(tag, execution)
        yield from self._news()

    def _collect(self) -> None:
        """Take what is held as soon as the suite is there; once more where a test has touched files meanwhile."""
        jobs, collecting = self.engine.jobs.values(), self.engine.scheduler.backend.collecting
        self._stale = self._stale or any(job.touches for job in jobs)
        if self._stale and not jobs and not collecting:
            self.engine.stop_tree()
            self.engine.forget_suite()
            self._stale = False
        if not self._stale and self.engine.fork:
            self.engine.open_suite()
        if not self._stale and not self.engine.scheduler.backend.collecting and not any(map(_begins, jobs)):
            self.waiting += self.held
            self.held.clear()
            self._collected = True

    def _news(self) -> Iterator[At]:
        for job in self.engine.jobs.values():
            now = At(job.tag, job.tests, job.touches)
            before = self._told.get(job.tag)
            if job.tag in self.asked and (before is None or now.touches != before.touches):
                self._told[job.tag] = now
                yield now

    def _answer(self, tag: str, execution: Execution) -> Answer:
        launch = self.engine.launch
        there = as_there(self._places(), self.terms.places)
        told, self._incidents = self.engine.incidents[self._incidents :], len(self.engine.incidents)
        data = sealed_anew(launch.folder.data(execution.id), there)
        return Answer(tag, data, self._log(tag), tuple(told), self._refusal(tag))

    def _asked_as(self, execution: Execution) -> str:
        """What had no room to be recorded was executed again, under another name."""
        if execution.id in self.asked:
            return execution.id
        same = replace(execution.order, exclusive=False)
        under_way = {*self.engine.jobs, *(job.tag for job in self.waiting)}
        orders = {tag: segments.read_segment(each.header).events[0] for tag, each in self.asked.items()}
        found = (
            tag
            for tag, header in orders.items()
            if tag not in under_way
            and isinstance(header, events.Header)
            and header.order is not None
            and replace(header.order, exclusive=False) == same
        )
        return next(found, execution.id)

    def _stand_as(self, asked: Asked) -> None:
        """As the host stands: it may have begun anew, or have found out that copies of databases do harm."""
        if asked.launcher != self.engine.launch.launcher and not self.engine.jobs:
            self.engine.start_over(asked.launcher)
            self.engine.forget_suite()
            self._collected = self._stale = False
        if asked.shared:
            self.engine.share(asked.shared)

    def _places(self) -> dict[str, str]:
        launch = self.engine.launch
        return dict(places(self.root, launch.python, launch.scratch, str(launch.folder.path)))

    def _log(self, tag: str) -> str:
        log = self.engine.launch.log(tag)
        return self.engine.launch.read_log(tag)[-_LONGEST_LOG:] if log.exists() else ""

    def _refusal(self, tag: str) -> bytes:
        path = Path(self.engine.launch.scratch, f"{tag}.json{REFUSED}")
        return path.read_bytes() if path.exists() else b""

    def close(self) -> tuple[tuple[str, str], ...]:
        """End everything, put back what was changed, and tell what could not be."""
        self.engine.stop()
        found = [*self.notes, *self.engine.left(self.root)]
        found += [each for each in self.engine.launch.folder.read("audit") if isinstance(each, Note)]
        return tuple(dict.fromkeys((str(note.topic), note.text) for note in found))


def _begins(job: Job) -> bool:
    """Whether it is to be seen soon if it touches files: in its first test, most of what all share is set up."""
    return job.is_plain and job.tests <= 1 and time.monotonic() - job.began < FIRST_TEST


def here(terms: Terms, texts: tuple[str, ...]) -> tuple[str, ...]:
    """Paths and arguments of the host, with the folder that this process stands in for that in which it stands."""
    return moved(texts, terms.places["here"], str(Path.cwd()))


def python_here(terms: Terms) -> str:
    """The project's interpreter, as seen from the folder that this process stands in."""
    (found,) = here(terms, (terms.python or sys.executable,))
    return found
