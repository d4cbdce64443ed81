"""Looking over a shoulder changes nothing, whatever the observer does."""

from __future__ import annotations

import asyncio
import gc
import inspect

import pytest

from leakcheck.hazards.patching import ByIdentity, look_before


class Shop:
    def sell(self, what: str, *, number: int = 1) -> str:
        """Sells."""
        return what * number

    async def order(self, what: str) -> str:
        return what


def test_arguments_are_told_and_results_are_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    for name in ("sell", "order"):
        monkeypatch.setattr(Shop, name, vars(Shop)[name])
        look_before(Shop, name, lambda *args, **kwargs: told.append((args[1:], kwargs)))
    assert Shop().sell("tea", number=2) == "teatea"
    assert asyncio.run(Shop().order("milk")) == "milk"
    assert told == [(("tea",), {"number": 2}), (("milk",), {})]
    assert inspect.iscoroutinefunction(Shop.order)
    assert not inspect.iscoroutinefunction(Shop.sell)
    assert inspect.signature(Shop.sell).parameters.keys() == {"self", "what", "number"}
    assert Shop.sell.__doc__ == "Sells."


def test_what_an_observer_raises_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shop, "sell", Shop.sell)
    look_before(Shop, "sell", lambda: None)
    assert Shop().sell("tea") == "tea"


def test_what_is_not_there_is_not_looked_at() -> None:
    look_before(Shop, "buy", lambda: None)
    assert not hasattr(Shop, "buy")


def test_nothing_is_kept_alive_or_compared() -> None:
    class Loud:
        __hash__ = None  # type: ignore[assignment]

        def __eq__(self, other: object) -> bool:
            raise AssertionError

    known: ByIdentity[list[int]] = ByIdentity(list)
    first, second = Loud(), Loud()
    known.of(first).append(1)
    assert known.get(first) == [1]
    assert known.get(second) is None
    assert [what for _, what in known.living()] == [[1]]
    del first
    gc.collect()
    assert known.living() == []
