"""What executions have of the resources, from their begin until it is put back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from leakcheck.engine.job import Job
from leakcheck.records import Note
from leakcheck.store import AuditFolder
from leakcheck.wire import events
from leakcheck.workspace.resource import Lease, NoLease, Resource


@dataclass(frozen=True)
class Leases:
    """`changed` is all that ever changed, by name; `writers` are ended executions that have changed what others
    meet, while that is not put back."""

    folder: AuditFolder
    resources: Sequence[Resource]
    changed: set[str] = field(default_factory=set)
    writers: set[str] = field(default_factory=set)
    _told: set[str] = field(default_factory=set)

    def settle(self) -> None:
        """Something is about to begin while nothing runs."""
        for each in self.resources:
            each.settle()

    def give(self, job: Job) -> None:
        """`job` is about to begin: of each resource it gets something of its own, or its share."""
        for each in self.resources:
            job.leases += (self._lease(each, job.tag),)

    def is_doubted(self, job: Job, others: Iterable[Job]) -> bool:
        """Whether `job` has to run again before anybody knows what of what has changed was its doing."""
        beside = tuple(others)
        answers = [each.compare(job, beside) for each in self.resources]
        return any(answers)

    def take(self, job: Job, items: Iterable[events.Event]) -> tuple[str, ...]:
        """`job` is over and has told `items`; returns what had changed of what was its own."""
        told, leases = tuple(items), job.leases
        job.leases = ()
        return self._noted(name for lease in leases for name in lease.resource.returned(lease, told))

    def put_back_elsewhere(self, job: Job) -> tuple[str, ...]:
        """What `job` had changed where another engine has run it, which has put it back."""
        return self._noted(job.told.changed) if job.told is not None else ()

    def put_back(self) -> tuple[str, ...]:
        """Nothing runs: undo what was changed. Returns what had."""
        self.writers.clear()
        return self._noted(name for each in self.resources for name in each.put_back())

    def forget(self) -> None:
        """What was put back is recorded."""
        for each in self.resources:
            each.forget()

    def share(self, why: str) -> bool:
        """Nobody has anything of its own any more; whether anybody could."""
        answers = [each.share(why) for each in self.resources]
        return any(answers)

    def is_otherwise(self) -> bool:
        """Whether something of which executions have their own is no more as they find it."""
        return any(each.is_otherwise() for each in self.resources)

    def stop(self, jobs: Sequence[Job]) -> None:
        """Everything ends now."""
        for each in self.resources:
            each.stop(jobs)

    def close(self) -> None:
        """Nothing runs any more: what was changed before the first test is undone, and nothing leased stays."""
        for each in self.resources:
            each.close()

    def recover(self, items: Sequence[events.Event]) -> tuple[Note, ...]:
        """Undo what an earlier session has left changed; returns what could not be undone."""
        found = {each.name: each.recover(items) for each in self.resources}
        self.changed.update(name for each in found.values() for name in each.changed)
        self.forget()
        return tuple(Note(name, text) for name, each in found.items() for text in each.troubles)

    def troubles(self) -> tuple[Note, ...]:
        """What could not be put back."""
        return tuple(Note(each.name, text) for each in self.resources for text in each.troubles())

    def left(self, root: str) -> tuple[Note, ...]:
        """What is otherwise than before the audit, as seen from `root`."""
        return tuple(
            Note(each.name, text) for each in self.resources for text in (*each.troubles(), *each.left(root))
        )

    def _lease(self, resource: Resource, tag: str) -> Lease:
        try:
            return resource.lease(tag)
        except NoLease as why:
            self._tell_once(resource.name, str(why))
            return Lease(resource, tag)

    def _tell_once(self, name: str, why: str) -> None:
        if name not in self._told:
            self._told.add(name)
            text = f"executions take turns where they change the same {name}: {why}"
            self.folder.append("audit", Note(name, text))

    def _noted(self, names: Iterable[str]) -> tuple[str, ...]:
        found = tuple(names)
        self.changed.update(found)
        return found
