"""Lines of several texts come back whatever is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.analysis.gate.quoting import joined, split


@given(st.lists(st.text(), max_size=6))
def test_what_is_joined_is_split_again(texts: list[str]) -> None:
    line = joined(texts)
    assert line.isprintable()
    assert split(line) == (texts, "")
    assert split(f"{line}  # why") == (texts, "# why")


def test_only_what_needs_it_is_quoted() -> None:
    assert joined(["a::b[1-ü]", "a b", "", '"', "#x", "\u202e"]) == 'a::b[1-ü] "a b" "" "\\"" "#x" "\\u202e"'


@pytest.mark.parametrize("line", ['a "b', 'a b"c', '"a"b', "a\\b", '"\\x"'])
def test_what_is_no_such_line(line: str) -> None:
    with pytest.raises(ValueError, match="quoted text"):
        split(line)
