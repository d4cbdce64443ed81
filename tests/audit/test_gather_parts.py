"""Parts are held against one another before they become one audit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from leakcheck.audit.gather_parts import Gathered, gather
from leakcheck.errors import Unreadable, UsageError
from leakcheck.store.parts import write_part
from store.parts_made import TESTS, audited, manifest

SHARES = {1: TESTS[:2], 2: TESTS[2:]}


def part(tmp_path: Path, shard: int, name: str = "", **more: Any) -> str:
    name = name or f"part{shard}"
    share = SHARES.get(shard, TESTS)
    target = tmp_path / f"{name}.leakcheck"
    folder = audited(tmp_path / name, share, shard, finished=more.get("finished", True))
    write_part(folder, manifest(shard, **{"share": share, **more}), target, {})
    return str(target)


def gathered(tmp_path: Path, *files: str) -> Gathered:
    base = tmp_path / "base"
    base.mkdir()
    return gather(files, base)


def refused(tmp_path: Path, *files: str) -> UsageError:
    with pytest.raises(UsageError) as told:
        gathered(tmp_path, *files)
    return told.value


def test_all_parts_leave_no_hole(tmp_path: Path) -> None:
    found = gathered(tmp_path, part(tmp_path, 2), part(tmp_path, 1))
    assert found.there == (1, 2)
    assert (found.holes, found.unseen) == ((), ())


def test_a_missing_shard_is_named_and_its_tests_are_unseen(tmp_path: Path) -> None:
    found = gathered(tmp_path, part(tmp_path, 1))
    assert found.holes == ("Shard 2 of 2 is missing: 2 tests are unknown.",)
    assert found.unseen == TESTS[2:]


def test_a_damaged_part_is_a_hole(tmp_path: Path) -> None:
    broken = tmp_path / "broken.leakcheck"
    broken.write_bytes(b"PK")
    found = gathered(tmp_path, part(tmp_path, 1), str(broken))
    assert found.holes[1:] == (f"{broken} is damaged: it is no whole archive.",)
    assert found.unseen == TESTS[2:]


def test_nothing_but_damage_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="No such file"):
        gathered(tmp_path, str(tmp_path / "nothing.leakcheck"))


def test_a_shard_that_was_not_finished_is_named(tmp_path: Path) -> None:
    one = part(tmp_path, 1, finished=False, share=TESTS[:3])
    found = gathered(tmp_path, one, part(tmp_path, 2))
    assert found.holes == ("Shard 1 of 2 was not finished: 1 test of it never ran alone.",)
    assert found.unseen == TESTS[2:3]


def test_tests_in_no_share_are_told(tmp_path: Path) -> None:
    found = gathered(tmp_path, part(tmp_path, 1), part(tmp_path, 2, share=TESTS[3:]))
    assert found.holes == ("1 test is in no shard: not all had the same durations.",)
    assert found.unseen == TESTS[2:3]


def test_the_same_shard_twice_is_refused_by_name(tmp_path: Path) -> None:
    error = refused(tmp_path, part(tmp_path, 1), part(tmp_path, 1, "again"))
    assert error.message.endswith(f"part1.leakcheck and {tmp_path}/again.leakcheck are both shard 1 of 2")


def test_the_same_file_twice_is_once(tmp_path: Path) -> None:
    one = part(tmp_path, 1)
    assert gathered(tmp_path, one, one).there == (1,)


def test_a_whole_audit_is_no_shard(tmp_path: Path) -> None:
    assert "is a whole audit, and no shard" in refused(tmp_path, part(tmp_path, 0)).message


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"shards": 3}, "there are 2 shards in one and 3 in the other"),
        ({"leakcheck": "0.0.1"}, "and 0.0.1 for the other"),
        ({"options": {"profile": "quick"}}, "the option profile was standard for one and quick for the other"),
        ({"sources": {"t.py": "89ab"}}, "t.py has changed"),
        ({"sources": {"t.py": "4567", "new.py": "1"}}, "new.py is new"),
        ({"distributions": {"httpx": "0.27"}}, "httpx was 0.28 for one and 0.27 for the other"),
        ({"distributions": {}}, "httpx was 0.28 for one and absent for the other"),
    ],
)
def test_what_is_different_is_named(tmp_path: Path, more: dict[str, Any], told: str) -> None:
    error = refused(tmp_path, part(tmp_path, 1), part(tmp_path, 2, **more))
    assert "are no parts of one audit" in error.message
    assert told in error.detail
