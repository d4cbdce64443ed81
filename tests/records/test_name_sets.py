"""A set of names may tell too much, never too little."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from leakcheck.records.name_sets import EVERYTHING, NameSet, encoded, place


def holds(text: str, name: str) -> bool:
    return NameSet(text).may_hold([place(name)])


@given(st.sets(st.text(max_size=20), max_size=300))
def test_every_name_is_found(names: Iterable[str]) -> None:
    text = encoded(names)
    assert all(holds(text, name) for name in names)


def test_few_others_are() -> None:
    text = encoded(f"name_{number}" for number in range(2_000))
    found = sum(holds(text, f"other_{number}") for number in range(2_000))
    assert found < 2_000 // 100
    assert len(text) < 9_000


def test_an_empty_set_holds_nothing_and_no_text_hides_anything() -> None:
    assert not holds(encoded(()), "LIMIT")
    assert not NameSet(encoded(["LIMIT"])).may_hold(())
    for text in (EVERYTHING, "", "nonsense", encoded(["LIMIT"])[:-8]):
        assert holds(text, "LIMIT"), text
