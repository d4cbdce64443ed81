"""What tests say about themselves, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from leakcheck.recorder.changes.marks import _mark
from leakcheck.records import Mark


def read(*args: object, **given: object) -> Mark:
    marker: Any = pytest.mark.leakcheck(*args, **given)
    if not args and not given:
        marker = pytest.mark.leakcheck
    return _mark("tests/test_a.py::test_a", marker.mark)


@pytest.mark.parametrize(
    ("given", "ignore", "depends_on"),
    [
        ({"ignore": "environ", "reason": "r"}, ("environ",), ()),
        ({"ignore": ["environ", "app_state a b"], "reason": "r"}, ("environ", "app_state a b"), ()),
        pytest.param({"ignore": {"b", "a"}, "reason": "r"}, ("a", "b"), (), id="a set, in a fixed order"),
        ({"depends_on": "test_b"}, (), ("test_b",)),
        ({"depends_on": ("test_b", "test_c"), "reason": "r"}, (), ("test_b", "test_c")),
    ],
    ids=str,
)
def test_what_makes_sense(given: dict[str, Any], ignore: tuple[str, ...], depends_on: tuple[str, ...]) -> None:
    found = read(**given)
    assert (found.wrong, found.ignore, found.depends_on) == ("", ignore, depends_on)
    assert found.reason == given.get("reason", "")


@pytest.mark.parametrize(
    ("args", "given", "wrong"),
    [
        ((), {}, "it says neither ignore nor depends_on"),
        (("environ",), {}, "its arguments need names: ignore, reason, depends_on"),
        ((), {"ignore": "environ"}, 'ignore needs a reason: reason="..."'),
        ((), {"ignore": "environ", "reason": "  "}, 'ignore needs a reason: reason="..."'),
        ((), {"ignore": "environ", "reason": 3}, 'ignore needs a reason: reason="..."'),
        ((), {"ignore": 3, "reason": "r"}, "ignore is a text or a list of texts"),
        ((), {"ignore": [], "reason": "r"}, "ignore is a text or a list of texts"),
        ((), {"ignore": [3], "reason": "r"}, "ignore is a text or a list of texts"),
        ((), {"depends_on": None}, "depends_on is a text or a list of texts"),
        (
            (),
            {"depends": "test_b"},
            "it takes no depends; it takes ignore, reason, depends_on; it says neither ignore nor depends_on",
        ),
    ],
    ids=str,
)
def test_what_makes_none(args: tuple[object, ...], given: dict[str, object], wrong: str) -> None:
    assert read(*args, **given).wrong == wrong
