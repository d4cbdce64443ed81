"""What an object holds is read past its class."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from leakcheck.hazards.attributes import attributes


class Loud(type):
    def __getattribute__(cls, name: str) -> object:
        raise AssertionError(name)


class Open:
    def __init__(self) -> None:
        self.colour = "red"

    def __getattribute__(self, name: str) -> object:
        return object.__getattribute__(self, name) if name == "__dict__" else "blue"


class OfFastAPI:
    __slots__ = ("colour", "size")
    __module__ = "fastapi.dependencies"

    def __init__(self) -> None:
        self.colour = "red"


@pytest.mark.parametrize(
    ("node", "held"),
    [
        (None, {}),
        (1, {}),
        (Open(), {"colour": "red"}),
        (OfFastAPI(), {"colour": "red", "size": None}),
    ],
)
def test_what_it_holds(node: object, held: Mapping[str, object]) -> None:
    assert attributes(node) == held


def test_a_class_is_asked_for_nothing() -> None:
    class Closed(metaclass=Loud):
        __slots__ = ("colour",)

        def __getattribute__(self, name: str) -> object:
            raise AssertionError(name)

    held = attributes(Closed())
    assert len(held) == 0
