"""A process is told what it shall do by one record, which arrives whole or is a clear error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from leakcheck.errors import Unreadable
from leakcheck.wire.process_config import Setup

SETUP = Setup(
    mode="root",
    args=("tests", "-k", 'a "b"'),
    launcher="python -m pytest",
    folder="/tmp/audit",
    scratch="/tmp/scratch",
    salt="ab12",
    show_values=True,
    segment="/tmp/audit/root.jsonl",
    commands=5,
    replies=8,
    guard=3,
    environ={"PYTHONHASHSEED": "0"},
)


def test_it_arrives_as_it_was_sent() -> None:
    assert Setup.decode(SETUP.encode()) == SETUP


def test_what_has_a_usual_value_may_be_left_out() -> None:
    needed = ("args", "launcher", "folder", "scratch", "salt", "show_values")
    body = {name: value for name, value in json.loads(SETUP.encode()).items() if name in needed}
    setup = Setup.decode(json.dumps({**body, "mode": "single"}))
    assert (setup.commands, setup.replies, setup.guard, setup.environ) == (-1, -1, -1, {})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mode": "dance"}, "Setup.mode: 'dance' is none of control, root, single, warm"),
        ({"args": "tests"}, "Setup.args: list expected, not str"),
        ({"args": ["tests", 1]}, "Setup.args: str expected, not int"),
        ({"show_values": "no"}, "Setup.show_values: bool expected, not str"),
        ({"environ": {"A": 1}}, "Setup.environ: str expected, not int"),
        ({"outside": []}, "Setup has outside"),
        ({"replies": -1}, "Setup of a server of forks lacks its pipes"),
    ],
)
def test_what_is_wrong_is_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(Unreadable) as raised:
        Setup.decode(json.dumps({**json.loads(SETUP.encode()), **change}))
    assert raised.value.message == words


def test_what_is_missing_is_named() -> None:
    body = json.loads(SETUP.encode())
    del body["salt"], body["folder"]
    with pytest.raises(Unreadable, match="Setup lacks folder, salt"):
        Setup.decode(json.dumps(body))


def test_a_torn_one_is_an_error() -> None:
    with pytest.raises(Unreadable, match="no JSON"):
        Setup.decode(SETUP.encode()[:-10])
