"""Audits with views of their own are killed at random points: nothing stays mounted, and no file was changed."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from random import Random

import pytest

from .harness import RUN, Place, kill, needs_proc, suite

MANY = pytest.param(25, marks=pytest.mark.slow)
APART = (*RUN, "--isolation", "namespaces")


def mounted(place: Place) -> list[str]:
    """What of an audit is mounted for this process, which is in no namespace of its own."""
    lines = Path("/proc/self/mountinfo").read_text("utf-8").splitlines()
    return [line for line in lines if str(place.folder) in line or str(place.temp) in line]


@needs_proc
@pytest.mark.usefixtures("own_views")
@pytest.mark.parametrize("wanted", [3, MANY])
def test_whoever_kills_it_finds_everything_as_it_was(tmp_path: Path, wanted: int) -> None:
    chance = Random(f"{wanted} kills")
    with suite(tmp_path / "tmp") as place:
        files, began = place.files(), time.monotonic()
        assert place.leakcheck(*APART).returncode == 1
        seconds = time.monotonic() - began
        for _ in range(wanted):
            process = place.start(*APART, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(chance.uniform(0, seconds))
            kill(process)
            assert place.files() == files
            place.nothing_is_left()
            assert place.files() == files
            assert mounted(place) == []
        assert place.leakcheck(*APART).returncode == 1
        assert not any((audit / "undo").exists() for audit in place.audits)
