"""Default headers that a client sends with every request: httpx, httpx2 and Starlette's TestClient.

Any header may hold a key: only those that are known to hold none are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from leakcheck.probes import MISSING, About, KindOfState, Ledger, Tracking
from leakcheck.probes.tracking.http_clients import MODULES, Holders, Part, watch_part
from leakcheck.snapshots.secret_forms import is_secret_text

_WRITERS = ("__setitem__", "__delitem__", "update")
_READERS = ("__getitem__", "__iter__", "__contains__", "__len__", "get_list", "multi_items", "keys", "items")
_PART = Part("_headers", "Headers", _WRITERS, _READERS, key=str.lower)
_HARMLESS = frozenset(
    {
        "accept", "accept-charset", "accept-encoding", "accept-language", "cache-control", "connection",
        "content-encoding", "content-language", "content-length", "content-type", "dnt", "host", "pragma", "te",
        "transfer-encoding", "upgrade", "upgrade-insecure-requests", "user-agent",
    }
)  # fmt: skip


class Probe(KindOfState):
    """Owner: a client. Key: the header's name in lower case."""

    kind = "client_headers"
    tracking: Tracking = "tracked"
    about = About(
        form="header $key$path of $owner",
        whole="all headers of $owner",
        advice=(
            "Pass the header with the request (`client.get(url, headers=...)`), or make a client per test in a "
            "function fixture."
        ),
        example=(
            "def test_with_the_header($client):\n"
            '    $client.get("/", headers={"$header": ...})  # with this request only\n'
        ),
    )
    in_place = False

    def __init__(self) -> None:
        self._holders = Holders()

    def patches(self) -> Mapping[str, Callable[[ModuleType, Ledger], None]]:
        return {f"{name}._client": self._patch for name in MODULES}

    def state(self, owner: Any) -> Mapping[str, object]:
        found: dict[str, str] = {}
        for key, value in _pairs(owner):
            found[key] = f"{found[key]}, {value}" if key in found else value
        return found

    def show(self, owner: Any, key: str, value: object) -> str | None:
        return None if key in _HARMLESS and not is_secret_text(str(value)) else str(value)

    def restore(self, owner: Any, key: str, saved: object) -> None:
        headers = owner.__dict__["_headers"]
        if saved is not MISSING:
            headers[key] = saved
        elif key in headers:
            del headers[key]

    def _patch(self, module: ModuleType, ledger: Ledger) -> None:
        watch_part(_PART, self._holders, module, self, ledger)


def _pairs(client: Any) -> list[tuple[str, str]]:
    """(lower-case name, value) as the client keeps them: `_list` of (raw name, lower-case name, value) bytes."""
    rows = getattr(client.__dict__.get("_headers"), "_list", [])
    return [(row[1].decode("latin-1"), row[2].decode("latin-1")) for row in rows]
