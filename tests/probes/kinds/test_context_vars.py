"""Context variables that share a name are told apart by the module that holds them, and left out of a context."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from contextvars import ContextVar, copy_context
from typing import Any

import pytest

from leakcheck.probes.kinds.context_vars import Probe

NAME = "context_vars_shop"


class Slotted:
    """Holds a variable in a slot, as some thread-locals of libraries do."""

    __slots__ = ("empty", "variable")

    def __init__(self, variable: ContextVar[Any]) -> None:
        self.variable = variable


class Outer:
    """Holds what holds a variable."""

    def __init__(self, inner: object) -> None:
        self.inner = inner


@pytest.fixture
def shop() -> Iterator[types.ModuleType]:
    module = types.ModuleType(NAME)
    module.zone, module.language, module.host = (  # type: ignore[attr-defined]
        make(ContextVar("shared")) for make in (Slotted, lambda each: Outer(Slotted(each)), lambda each: each)
    )
    sys.modules[NAME] = module
    yield module
    del sys.modules[NAME]


def _set(module: Any) -> Any:
    """What the probe reads where all three are set, in a context that nobody else sees."""
    module.zone.variable.set("Tokyo")
    module.language.inner.variable.set("de")
    module.host.set("shop")
    return Probe().read()


def test_those_that_share_a_name_go_by_the_module_that_holds_them(shop: Any) -> None:
    found = {key: value for (_, key), value in copy_context().run(_set, shop).items() if NAME in key}
    assert found == {f"{NAME}.zone": "Tokyo", f"{NAME}.language": "de", f"{NAME}.host": "shop"}


def test_what_no_module_holds_is_left_out(shop: Any) -> None:
    def read() -> Any:
        nobodys = ContextVar[str]("shared")
        nobodys.set("lost")
        return _set(shop)

    assert "lost" not in copy_context().run(read).values()


def test_it_is_absent_in_the_context_for_the_next_test_and_others_are_not(shop: Any) -> None:
    def put_back() -> tuple[Any, Any]:
        _set(shop)
        probe = Probe()
        probe.put_back("contextvars", f"{NAME}.zone", None)
        context = probe.surroundings()
        assert context is not None
        return context.run(shop.zone.variable.get, "absent"), context.run(shop.host.get, "absent")

    assert copy_context().run(put_back) == ("absent", "shop")


def test_the_name_is_the_same_where_only_one_is_set_of_those_that_many_have(shop: Any) -> None:
    shop.zone = Slotted(ContextVar("asgiref.local"))

    def read() -> Any:
        shop.zone.variable.set("Tokyo")
        return Probe().read()

    found = copy_context().run(read)
    assert [key for (_, key), value in found.items() if value == "Tokyo"] == [f"{NAME}.zone"]
