"""The passive half of the recorder: it sees who writes what, and runs, orders and puts back nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from leakcheck.hazards import Hazard
from leakcheck.probes import Probes
from leakcheck.recorder.changes.causes import Causes
from leakcheck.recorder.changes.import_patches import Patch, PatchingFinder
from leakcheck.recorder.changes.observed import ObservedLedger
from leakcheck.snapshots.frames import is_project_module
from leakcheck.snapshots.redaction import Redactor
from leakcheck.snapshots.values import Snapshotter


@dataclass(frozen=True)
class Recording:
    """What lives as long as the process: the book, the causes that writes are charged to, and the probes."""

    book: ObservedLedger
    causes: Causes
    probes: Probes

    @classmethod
    def start(
        cls,
        probes: Probes,
        redactor: Redactor,
        root: str,
        hazards: Iterable[Hazard] = (),
        unread: Collection[str] = (),
    ) -> Recording:
        """Build the book, and patch what is loaded and what is imported from now on; observers of `hazards` hear of
        it, too. Who consults state of the kinds `unread` is not noticed, or only where there is some, if an
        observer hears of it."""
        causes = Causes()
        book = ObservedLedger(Snapshotter(redactor, is_project_module), probes, causes, root, hazards)
        book.unread_if_absent = frozenset(unread)
        book.unread = book.unread_if_absent - book.heard_reads
        patches: dict[str, list[Patch]] = {}
        for probe in probes.owned:
            for module, patch in probe.patches().items():
                patches.setdefault(module, []).append(partial(_apply, patch, book))
        for name, looks in book.patches().items():
            patches.setdefault(name, []).extend(looks)
        PatchingFinder(patches).install()
        return cls(book, causes, probes)


def _apply(patch: Any, book: ObservedLedger, module: Any) -> None:
    patch(module, book)
