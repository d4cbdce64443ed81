"""Numbers of executions: what has more than five figures is still a number."""

from __future__ import annotations

from pathlib import Path

from leakcheck.records import Behind, Execution, Order, in_sequence
from leakcheck.store import AuditFolder, Replay

A, B = Order(Behind(), ("t.py::a",)), Order(Behind(), ("t.py::b",))


def replay(*known: tuple[str, Order]) -> Replay:
    return Replay.of((order, Execution(tag, order, "finished", ())) for tag, order in known)


def taken(known: Replay, tag: str, order: Order) -> str | None:
    found = known.take(tag, order)
    return found.id if found is not None else None


def test_100000_comes_after_99999() -> None:
    assert sorted(["e100000", "e99999", "control00001"], key=in_sequence) == ["control00001", "e99999", "e100000"]


def test_segments_are_read_by_their_numbers(tmp_path: Path) -> None:
    folder = AuditFolder(tmp_path)
    for tag in ("e100000", "e99999", "e00002"):
        folder.begin(tag)
    assert folder.tags() == ["e00002", "e99999", "e100000"]


def test_what_has_the_number_is_handed_out_first_then_the_first_of_the_same_order() -> None:
    known = replay(("e100000", A), ("e99999", A), ("e00003", B), ("e100001", A), ("control00004", A))
    assert taken(known, "e100001", A) == "e100001"
    assert taken(known, "e00003", A) == "e99999"
    assert taken(known, "e00003", A) == "e100000"
    assert taken(known, "e00005", A) is None
    assert taken(known, "e00003", B) == "e00003"


def test_a_new_name_has_a_number_that_nobody_has() -> None:
    known = replay(("e99999", A), ("e00001", B))
    assert known.free("e00002") == "e00002"
    assert known.free("e00001") == "e100000"
    assert known.free("e00001") == "e100001"
