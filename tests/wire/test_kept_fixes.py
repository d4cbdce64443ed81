"""Proven fixes as text: what comes back is what was put in, and anything else is refused."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from leakcheck.errors import Unreadable
from leakcheck.records import ProvenFix, Replaced
from leakcheck.wire.kept_fixes import KeptFix, decode_fixes, encode_fixes, lasting_name
from reports.samples import shop

FIX = ProvenFix(
    (), "it is undone", ("1 witness passes",), "nothing", "patch\udcff", (Replaced("a.py", 3, 1, ("x",)),)
)
KEPT = (KeptFix(("n1", "n2"), FIX), KeptFix(("n3",), ProvenFix((), "so", (), "")))


def test_what_is_decoded_is_what_was_encoded() -> None:
    assert decode_fixes(encode_fixes(KEPT)) == KEPT


@pytest.mark.parametrize(
    "text",
    ["", "[", "7", "[7]", "[{}]", '{"a": 1}', "[" * 100_000, json.dumps([{"ends": "n1", "parts": []}]),
     encode_fixes(KEPT).replace('"line": 3', '"line": "x"'), encode_fixes(KEPT).replace('"a.py"', "7")],
)  # fmt: skip
def test_anything_else_is_unreadable(text: str) -> None:
    with pytest.raises(Unreadable):
        decode_fixes(text)


def test_a_leak_keeps_its_name_whatever_its_number_and_has_one_of_its_own() -> None:
    leaks = shop().leaks
    assert len({lasting_name(leak) for leak in leaks}) == len(leaks)
    assert lasting_name(replace(leaks[0], id="L99", victims=())) == lasting_name(leaks[0])
