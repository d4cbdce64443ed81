"""Ports of a fixed number: who takes one gets its turn. Behind it the port is free, and nothing is put back.

Where executions have their own view of files, and talk to no server, each gets a network of its own once a port was
taken: then nobody waits. What fails in there is run again where everybody is.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from leakcheck.recorder.outside.views import LAYER, NETWORK, OPEN, PORTS
from leakcheck.records import BAD_OUTCOMES, EPHEMERAL, port_number
from leakcheck.wire.events import Event, Finished, Outside
from leakcheck.workspace import resource
from leakcheck.workspace.resource import AuditPlace, Lease, UnderWay


class Resource(resource.Resource):
    """All executions share the ports of this machine, but for those that have a network of their own."""

    name = "ports"

    def __init__(self, place: AuditPlace) -> None:
        self.place = place
        self._scratch = place.scratch.path if place.scratch is not None and place.views != "not" else None
        self._is_met = False

    def keep(self, root: str) -> None:
        return

    def lease(self, tag: str) -> Lease:
        return Lease(self, tag)

    def is_changed_by(self, event: Event) -> bool:
        return isinstance(event, Outside) and event.what == "port" and port_number(event.name) < EPHEMERAL

    def compare(self, job: UnderWay, others: Collection[UnderWay]) -> bool:
        """Who has failed in a network of its own may have looked for somebody whom it could not reach."""
        if self._scratch is None or not self._has_network(self._scratch, job.tag):
            return False
        told = self.place.folder.read(job.tag)
        if not any(map(_is_doubtful, told)):
            return False
        Path(self._scratch, f"{OPEN}{job.tag}").touch()
        return True

    def returned(self, lease: Lease, items: Iterable[Event]) -> tuple[str, ...]:
        if self._scratch is not None:
            self._learn(self._scratch, tuple(items))
        return ()

    def put_back(self) -> tuple[str, ...]:
        return ()

    def share(self, why: str) -> bool:
        self._is_met = True
        return self._scratch is not None and _removed(Path(self._scratch, PORTS))

    def close(self) -> None:
        return

    def _learn(self, scratch: Path, items: Collection[Event]) -> None:
        """Whether executions take ports, and meet nobody."""
        self._is_met = self._is_met or any(map(_is_of_others, items))
        if self._is_met:
            _removed(scratch / PORTS)
        elif any(map(self.is_changed_by, items)):
            (scratch / PORTS).touch()

    @staticmethod
    def _has_network(scratch: Path, tag: str) -> bool:
        start = f"{LAYER}{tag}-"
        with suppress(OSError):
            return any(
                name.startswith(start) and (scratch / name / NETWORK).is_dir() for name in os.listdir(scratch)
            )
        return False


def _is_of_others(event: Event) -> bool:
    return isinstance(event, Outside) and event.what in ("server", "driver")


def _is_doubtful(event: Event) -> bool:
    return _is_of_others(event) or (isinstance(event, Finished) and event.run.outcome in BAD_OUTCOMES)


def _removed(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
