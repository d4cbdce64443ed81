"""Audits of the version before are read as it read them: an order's kind, name and flags say what it asked.

`format-2.zip` is an audit of two tests that write, a module's dict and an attribute of `sys`, and two that read.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

import pytest

from leakcheck.audit import result_of
from leakcheck.audit.resume import unfinished
from leakcheck.errors import UsageError
from leakcheck.records import Alone, Behind, Control, DeepLook, DeepPutBack, Pinpoint, Printed, Whole
from leakcheck.store import AuditFolder, read_audit
from leakcheck.wire.format_2 import order_of_format_2

STORED = Path(__file__).parent / "format-2.zip"
VICTIMS = {
    "test_f.py::test_reads": "test_f.py::test_writes",
    "test_f.py::test_hidden_reads": "test_f.py::test_hidden_writes",
}


@pytest.fixture
def folder(tmp_path: Path) -> AuditFolder:
    place = tmp_path / ".leakcheck" / "20261129-220758-4d7e"
    with zipfile.ZipFile(STORED) as stored:
        stored.extractall(place)
    return AuditFolder(place)


def test_every_order_says_what_it_asked(folder: AuditFolder) -> None:
    audit = read_audit(folder)
    asked = Counter(type(each.order.question) for each in (*audit.executions, *audit.control))
    assert set(asked) == {Control, Whole, Alone, Behind, Printed, DeepLook, DeepPutBack, Pinpoint}
    whole = [each.order.name for each in audit.executions if isinstance(each.order.question, Whole)]
    assert whole == ["declared", "reversed", "random 1", "random 1 reversed"]
    first = next(each for each in audit.executions if each.order.question == Alone(again=True))
    assert first.order.collect == ("test_f.py",)


def test_the_same_is_found_in_it(folder: AuditFolder) -> None:
    result = result_of(folder)
    assert {edge.test: edge.polluters for edge in result.edges} == {test: (by,) for test, by in VICTIMS.items()}
    assert all(edge.confirmed and edge.counterfactual for edge in result.edges)
    assert {each.id for each in result.tests if each.verdict == "victim"} == set(VICTIMS)
    assert {leak.location.owner + "." + leak.location.key for leak in result.leaks if leak.impact == "broken"} == {
        'test_f.STATE["a"]',
        "sys._hidden",
    }


def test_an_unfinished_one_cannot_go_on_and_says_so(folder: AuditFolder) -> None:
    journal = folder.segment("audit")
    lines = journal.read_bytes().splitlines(keepends=True)
    journal.write_bytes(b"".join(line for line in lines if b'"event":"completed"' not in line))
    with pytest.raises(UsageError) as told:
        unfinished(folder.path.parent, {})
    assert "it was written in format 2, and this leakcheck writes format 3" in str(told.value.detail)


@pytest.mark.parametrize(
    ("fields", "question"),
    [
        (
            {"kind": "random", "name": "random 3 reversed", "seed": 3},
            {"is": "whole", "way": "random", "seed": 3, "backwards": True},
        ),
        ({"kind": "pairs", "name": "pairs after b"}, {"is": "pair", "makers": 2}),
        ({"kind": "pairs", "name": "pairs after a crowd"}, {"is": "crowd"}),
        ({"kind": "confirm", "name": "collect"}, {"is": "collect"}),
        (
            {"kind": "confirm", "name": "", "restore": [1], "deep": False},
            {"is": "putback", "locations": [1]},
        ),
        (
            {"kind": "confirm", "name": "", "pinpoint": [1], "deep": True},
            {"is": "pinpoint", "locations": [1]},
        ),
    ],
)
def test_a_kind_a_name_and_flags_are_one_question(fields: dict[str, object], question: dict[str, object]) -> None:
    order = {"tests": ["a", "b", "c"], "collect": [], "full": True, **fields}
    assert order_of_format_2(order) == {"question": question, "tests": ["a", "b", "c"], "collect": []}
