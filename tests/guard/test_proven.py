"""What an audit has proven, and a guard reads."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakcheck.guard.proven import last_proven
from leakcheck.records import About, Kind, Leak, Location
from leakcheck.store.proven import keep_proven
from leakcheck.wire.proven import NAME

LIMIT = Location("module_globals", "shop", 'LIMITS["mug"]')


def leak(location: Location, impact: str = "broken", kind: Kind = Kind("compared")) -> Leak:  # noqa: B008
    return Leak("L1", location, impact, ("t",), (), (), (), "1", "2", kind=kind)  # type: ignore[arg-type]


def test_what_breaks_tests_and_can_be_put_back_is_kept(tmp_path: Path) -> None:
    for name, location in (("20250101", Location("cwd", "os", "cwd")), ("20260101", LIMIT)):
        (tmp_path / name).mkdir()
        threads = leak(Location("threads", "threading", "x"), kind=Kind("compared", About(put_back="never")))
        keep_proven(tmp_path / name, [leak(location), leak(location), leak(POOL, "latent"), threads])
    assert last_proven(tmp_path) == (LIMIT,)
    assert (tmp_path / "20260101" / NAME).stat().st_mode & 0o077 == 0


POOL = Location("app_state", "shop:app", "pool")


@pytest.mark.parametrize("text", ["", "{", "[[1, 2, 3]]", "[[]]", "3", '["abcd"]'])
def test_what_cannot_be_read_is_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / NAME).write_text(text)
    assert last_proven(tmp_path) == ()


def test_nothing_is_known_where_nothing_was_audited(tmp_path: Path) -> None:
    assert last_proven(tmp_path / "missing") == ()
