"""Functions that stand in for others look like them, whoever asks, and however."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from leakcheck.snapshots.stand_ins import stands_in_for


class Pool:
    def handle(self, request: object, *, timeout: float = 1.0) -> str:
        """Send it."""
        return f"{request} {timeout}"


ORIGINAL = Pool.handle


@stands_in_for(ORIGINAL)
def stand_in(*args: Any, **kwargs: Any) -> Any:
    return ORIGINAL(*args, **kwargs)


@pytest.mark.parametrize("ask", [inspect.signature, inspect.getfullargspec, inspect.getdoc, inspect.unwrap])
def test_it_looks_like_the_original(ask: Any) -> None:
    assert ask(stand_in) == ask(ORIGINAL)


def test_bound_to_an_instance_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    before = inspect.signature(Pool().handle), inspect.getfullargspec(Pool().handle)
    monkeypatch.setattr(Pool, "handle", stand_in)
    assert (inspect.signature(Pool().handle), inspect.getfullargspec(Pool().handle)) == before
    assert Pool().handle("x", timeout=2) == "x 2"


def test_what_has_no_signature_is_stood_in_for_all_the_same() -> None:
    def ours(*args: Any) -> Any:
        return dict(*args)

    assert stands_in_for(dict)(ours)([(1, 2)]) == {1: 2}
