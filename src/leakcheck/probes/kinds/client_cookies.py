"""Cookies that a client keeps between requests: Starlette's TestClient, httpx and httpx2, sync and async."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from leakcheck.probes import MISSING, About, KindOfState, Ledger, Tracking
from leakcheck.probes.tracking.http_clients import MODULES, Holders, Part, watch_part

_WRITERS = ("extract_cookies", "set", "delete", "clear", "update")
_READERS = ("get", "__iter__", "__len__", "__bool__", "__repr__")
_PART = Part("_cookies", "Cookies", _WRITERS, _READERS)


class Probe(KindOfState):
    """Owner: a client. Key: the cookie's name, with domain and path where one name stands twice."""

    kind = "client_cookies"
    tracking: Tracking = "tracked"
    about = About(
        form="cookie $key$path of $owner",
        whole="all cookies of $owner",
        advice=(
            "Make a client per test (`with TestClient(app) as client: yield client` in a function fixture), "
            "or call `client.cookies.clear()` after the yield."
        ),
        replaced_advice=(
            "Let a test that replaces or takes away a cookie make a client of its own "
            "(`with TestClient(app) as client:`): to clear the shared one would take its cookies from all others."
        ),
        example=(
            "import pytest\nfrom fastapi.testclient import TestClient\n\n\n"
            "@pytest.fixture  # a client for each test, with a cookie jar of its own\n"
            "def $client():\n    with TestClient(app) as client:\n        yield client\n"
        ),
    )
    in_place = False

    def __init__(self) -> None:
        self._holders = Holders()

    def patches(self) -> Mapping[str, Callable[[ModuleType, Ledger], None]]:
        return {f"{name}._client": self._patch for name in MODULES}

    def state(self, owner: Any) -> Mapping[str, object]:
        cookies = _jar(owner)
        names = [cookie.name for cookie in cookies]
        return {
            (each.name if names.count(each.name) == 1 else f"{each.name};{each.domain}{each.path}"): each
            for each in cookies
        }

    def show(self, owner: Any, key: str, value: object) -> str | None:
        return str(value.value)  # type: ignore[attr-defined]

    def restore(self, owner: Any, key: str, saved: object) -> None:
        jar = owner.__dict__["_cookies"].jar
        present = self.state(owner).get(key)
        if present is not None and present is not saved:
            jar.clear(present.domain, present.path, present.name)  # type: ignore[attr-defined]
        if saved is not MISSING:
            jar.set_cookie(saved)

    def _patch(self, module: ModuleType, ledger: Ledger) -> None:
        watch_part(_PART, self._holders, module, self, ledger)


def _jar(client: Any) -> list[Any]:
    cookies = client.__dict__.get("_cookies")
    jar = getattr(cookies, "jar", None)
    try:
        return list(jar) if jar is not None else []
    except Exception:  # a jar of the project's own may do anything
        return []
