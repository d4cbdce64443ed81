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
    assert inspect.getfullargspec(Shop.sell).args == ["self", "what"]
    assert Shop.sell.__doc__ == "Sells."


def test_what_an_observer_raises_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shop, "sell", Shop.sell)
    look_before(Shop, "sell", lambda: None)
    assert Shop().sell("tea") == "tea"


def test_what_an_observer_raises_is_no_context_of_what_the_project_raises(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Shop, "sell", Shop.sell)
    look_before(Shop, "sell", lambda: None)
    with pytest.raises(TypeError) as raised:
        Shop().sell(number="tea", what="milk")  # type: ignore[arg-type]
    assert raised.value.__context__ is None


@pytest.mark.parametrize(
    ("file", "calls"),
    [
        ("/project/shop.py", 1),
        ("/usr/lib/python3/dist-packages/library.py", 0),
        ("<string>", 1),  # made of text, and called from here
    ],
)
def test_of_what_libraries_call_all_the_time_only_the_projects_calls_are_told(
    file: str, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr(Shop, "sell", Shop.sell)
    look_before(Shop, "sell", lambda *args, **_: told.append(args[1:]), by_project=True)
    names: dict[str, object] = {"shop": Shop()}
    exec(compile("def buy(): return shop.sell('tea')", file, "exec"), names)
    buy = names["buy"]
    assert callable(buy)
    assert buy() == "tea"
    assert told == [("tea",)] * calls


def test_what_is_not_there_is_not_looked_at() -> None:
    look_before(Shop, "buy", lambda: None, by_project=True)
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
