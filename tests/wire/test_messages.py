"""Messages arrive as they were sent, whatever pieces a pipe makes of them; anything else is a clear error."""

from __future__ import annotations

import json
import select
import subprocess
import sys
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args

import pytest

from leakcheck.errors import Unreadable
from leakcheck.recorder.process import boot
from leakcheck.wire import messages
from leakcheck.wire.messages import (
    CloseNode,
    Gone,
    Message,
    OpenNode,
    Ready,
    Refused,
    RunOrder,
    Up,
    command_inbox,
    decode,
    encode,
    reply_inbox,
)

SENT: tuple[Message, ...] = (
    OpenNode("suite"),
    OpenNode("node00001", ("tests/test_ä.py", 'a "quoted"\nname')),
    CloseNode("node00001"),
    RunOrder("suite", "e00001"),
    Up("run", "e00001", 4711),
    Ready("root", 1, 0.25),
    Gone("node", "suite", 4711, -1, 1.5),
    Refused("old pytest", "7.4.0"),
)


def test_every_message_is_tried_here() -> None:
    assert {type(each) for each in SENT} == set(get_args(Message))
    assert all(is_dataclass(each) and fields(each) for each in SENT)


@pytest.mark.parametrize("message", SENT, ids=lambda each: type(each).__name__)
def test_a_message_arrives_as_it_was_sent(message: Message) -> None:
    line = encode(message)
    assert line.isascii()
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert decode(line) == message


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_pipe_may_give_any_part_of_a_line(size: int) -> None:
    told = [each for each in SENT if isinstance(each, OpenNode | CloseNode | RunOrder)]
    data, inbox = b"".join(map(encode, told)), command_inbox()
    heard = [each for start in range(0, len(data), size) for each in inbox.feed(data[start : start + size])]
    assert heard == told


def test_replies_of_several_writers_do_not_mix() -> None:
    """A pipe takes a write of up to PIPE_BUF bytes as one: the longest reply that there can be is far shorter."""
    longest = max((Up, Ready, Gone), key=lambda cls: len(fields(cls)))
    assert longest is Gone
    assert len(encode(Gone("node", "aside99999-control99999", 2**31, 2**31))) < select.PIPE_BUF / 4


def test_what_is_for_the_other_end_is_an_error() -> None:
    with pytest.raises(Unreadable, match="not expected here: Up"):
        list(command_inbox().feed(encode(Up("run", "e00001", 1))))
    with pytest.raises(Unreadable, match="not expected here: RunOrder"):
        list(reply_inbox().feed(encode(RunOrder("suite", "e00001"))))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"", "no JSON"),
        (b"[1]\n", "no JSON object: list"),
        (b'{"message":"dance"}\n', "no message: "),
        (b'{"node":"suite"}\n', "no message: "),
        (b'{"message":"run","node":"suite"}\n', "RunOrder lacks run"),
        (b'{"message":"run","node":"suite","run":"e1","to":"x"}\n', "RunOrder has to"),
        (b'{"message":"up","what":"run","tag":"e1","pid":"1"}\n', "Up.pid: int expected, not str"),
        (b'{"message":"up","what":"run","tag":"e1","pid":true}\n', "Up.pid: int expected, not bool"),
        (b'{"message":"up","what":"tree","tag":"e1","pid":1}\n', "Up.what: 'tree' is none of node, run"),
        (b'{"message":"open","node":"suite","collect":"a.py"}\n', "OpenNode.collect: list expected, not str"),
        (b'{"message":"open","node":"suite","collect":[1]}\n', "OpenNode.collect: str expected, not int"),
    ],
)
def test_what_is_wrong_is_named(line: bytes, words: str) -> None:
    with pytest.raises(Unreadable) as raised:
        decode(line)
    assert words in raised.value.message


@pytest.mark.parametrize("reason", ["no pytest", "old pytest", "old python"])
def test_the_script_that_cannot_import_us_refuses_in_our_words(tmp_path: Path, reason: str) -> None:
    config = tmp_path / "control00001.json"
    assert boot._refuse(str(config), reason, "1.2.3") == 4
    told = decode(Path(f"{config}{boot.REFUSED}").read_bytes())
    assert told == Refused(reason, "1.2.3")  # type: ignore[arg-type]


@pytest.mark.processes
def test_a_suite_may_replace_what_the_codec_is_made_of() -> None:
    """In an interpreter of its own: nothing of what is replaced comes back."""
    code = """
import json, typing, dataclasses
from leakcheck.wire.messages import RunOrder, command_inbox, encode
def broken(*given, **named): raise AssertionError("looked up late")
json.dumps = json.loads = json.JSONEncoder.encode = json.JSONEncoder.iterencode = broken
json.JSONDecoder = typing.get_type_hints = typing.get_origin = dataclasses.fields = broken
(heard,) = command_inbox().feed(encode(RunOrder("suite", "e00001")))
assert heard == RunOrder("suite", "e00001")
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_names_on_the_wire_are_those_of_the_docstring() -> None:
    named = [json.loads(encode(each))["message"] for each in SENT]
    assert set(named) == set(messages._NAMES.values())
