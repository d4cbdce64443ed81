"""The user's files. All executions share them: who changes one gets its turn, and it is put back behind it.

What is seen while it happens is told by the executions themselves; what differs otherwise is found by comparison.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from leakcheck.errors import UsageError
from leakcheck.records import QUIET_FILES
from leakcheck.store import kept_by
from leakcheck.wire.events import Event, Outside
from leakcheck.workspace import resource
from leakcheck.workspace.layers import Changed
from leakcheck.workspace.own_views import OwnViews
from leakcheck.workspace.recovery import recover
from leakcheck.workspace.resource import AuditPlace, Lease, Recovered, UnderWay
from leakcheck.workspace.touched_files import TouchedFiles
from leakcheck.workspace.unseen import Unseen
from leakcheck.workspace.unseen_changes import unseen_note


class Resource(resource.Resource):
    """`touched` are the files that executions told of, `unseen` is who finds others, once it is looked."""

    name = "files"

    def __init__(self, place: AuditPlace) -> None:
        self.place = place
        self.touched = TouchedFiles(place.folder, place.salt, place.scratch)
        self.unseen: Unseen | None = None
        self.views: OwnViews | None = None
        self._shared = ""

    def keep(self, root: str) -> None:
        place = self.place
        scratch = place.scratch or place.folder
        unseen = Unseen.begin(place.folder, root, str(scratch.path), place.salt)
        self.unseen = unseen
        if place.views != "not":
            self._have_views(str(scratch.path), root, unseen.tree.linked())

    def _have_views(self, scratch: str, root: str, linked: Iterable[tuple[int, str]]) -> None:
        try:
            self.views = OwnViews.begin(scratch, root, str(self.place.folder.path), linked)
        except UsageError as error:
            if self.place.views == "surely":
                raise
            self._shared = error.message

    def settle(self) -> None:
        if self.unseen is not None:
            self.unseen.settle()

    def lease(self, tag: str) -> Lease:
        return Lease(self, tag)

    def is_changed_by(self, event: Event) -> bool:
        return isinstance(event, Outside) and event.what == "file" and QUIET_FILES not in event.name

    def compare(self, job: UnderWay, others: Collection[UnderWay]) -> bool:
        if self.unseen is None:
            return False
        if self._has_view(job.tag):
            self.unseen.tell_own(job, self._changes_of(job.tag))
            return False
        beside = [each for each in others if not self._has_view(each.tag)]
        return self.unseen.ended(job, beside, self.touched.remaining())

    def returned(self, lease: Lease, items: Iterable[Event]) -> tuple[str, ...]:
        self.touched.remember(items)
        return self.views.returned(lease.tag) if self.views is not None and self._has_view(lease.tag) else ()

    def put_back(self) -> tuple[str, ...]:
        return self.touched.put_back()

    def forget(self) -> None:
        self.touched.forget_copies()

    def stop(self, jobs: Sequence[UnderWay]) -> None:
        if self.unseen is not None:
            self.unseen.stop([each for each in jobs if not self._has_view(each.tag)])
        # Of others too: there may have been no room to put them aside.
        self.touched.remember(kept_by(self.place.folder))

    def close(self) -> None:
        self.touched.put_back_the_start()

    def recover(self, items: Iterable[Event]) -> Recovered:
        return Recovered(*recover(self.touched, (each for each in items if isinstance(each, Outside))))

    def share(self, why: str) -> bool:
        if self.views is None or not self.views.end():
            return False
        self._shared = why
        return True

    def troubles(self) -> Iterator[str]:
        yield from self.touched.troubles()

    def left(self, root: str) -> Iterator[str]:
        known = {Path(name) for name in (*self.touched.remaining(), *self.touched.held())}
        others = [name for name in self._unknown() if known.isdisjoint((Path(name), *Path(name).parents))]
        if self._shared:
            yield f"executions take turns where they change the same files: {self._shared}"
        for why in () if self.views is None else self.views.refused():
            yield f"executions without their own view of the files, which took turns: {why}"
        if others:  # else it is told, or a folder that it lies in
            yield unseen_note(others, root)

    def _has_view(self, tag: str) -> bool:
        return self.views is not None and self.views.has(tag)

    def _changes_of(self, tag: str) -> Sequence[Changed]:
        return self.views.changes(tag) if self.views is not None else ()

    def _unknown(self) -> list[str]:
        return self.unseen.left(self.touched.remaining()) if self.unseen is not None else []
