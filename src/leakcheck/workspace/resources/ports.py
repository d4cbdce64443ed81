"""Ports of a fixed number: who takes one gets its turn. Behind it the port is free, and nothing is put back."""

from __future__ import annotations

from collections.abc import Iterable

from leakcheck.records import EPHEMERAL, port_number
from leakcheck.wire.events import Event, Outside
from leakcheck.workspace import resource
from leakcheck.workspace.resource import AuditPlace, Lease


class Resource(resource.Resource):
    """All executions share the ports of this machine."""

    name = "ports"

    def __init__(self, place: AuditPlace) -> None:
        self.place = place

    def keep(self, root: str) -> None:
        return

    def lease(self, tag: str) -> Lease:
        return Lease(self, tag)

    def is_changed_by(self, event: Event) -> bool:
        return isinstance(event, Outside) and event.what == "port" and port_number(event.name) < EPHEMERAL

    def returned(self, lease: Lease, items: Iterable[Event]) -> tuple[str, ...]:
        return ()

    def put_back(self) -> tuple[str, ...]:
        return ()

    def close(self) -> None:
        return
