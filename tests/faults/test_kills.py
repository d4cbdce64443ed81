"""The audit is killed at random points, again and again: nothing stays, nothing is lost, nothing is done twice."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from .harness import RESUME, RUN, Place, kill, needs_proc, suite
from .strangers import precious, snapshot

MANY = pytest.param(25, marks=pytest.mark.slow)


def killed(place: Place, engine: str, pauses: Iterator[float]) -> Iterator[bool]:
    """Run, and go on with, audits that are killed at random points; whether one came to its end, for each."""
    for pause in pauses:
        before, audits = place.complete(), place.audits
        arguments = RESUME if place.goes_on() else (*RUN, "--engine", engine)
        with (place.temp / "stderr.txt").open("w") as words:
            process = place.start(*arguments, stdout=subprocess.DEVNULL, stderr=words)
        try:
            ended = process.wait(pause)
            told = (place.temp / "stderr.txt").read_text("utf-8")
            # Between its end and its report it was killed, and there is nothing to go on with.
            assert ended == 1 or "there is no unfinished audit" in told, told
            yield True
            return
        except subprocess.TimeoutExpired:
            assert kill(process) == -9
        place.nothing_is_left()
        if place.audits[-1:] == audits[-1:]:
            assert before.items() <= place.complete().items()
        yield False


@needs_proc
@pytest.mark.parametrize("wanted", [5, MANY])
@pytest.mark.parametrize("engine", ["fork", "spawn"])
def test_killed_at_random_points(tmp_path: Path, engine: str, wanted: int) -> None:
    chance = Random(f"{wanted} kills of {engine}")
    with suite(tmp_path / "undisturbed") as place:
        began = time.monotonic()
        assert place.leakcheck(*RUN, "--engine", engine).returncode == 1
        seconds = time.monotonic() - began
        whole, executions = place.facts(), len(place.complete())
    kills = 0
    while kills < wanted:
        with suite(tmp_path / f"killed-{kills}") as place:
            files = place.files()
            pauses = (chance.uniform(0, seconds) for _ in range(wanted - kills))
            ends = list(killed(place, engine, pauses))
            kills += ends.count(False)
            if not ends[-1]:
                ended = place.leakcheck(*(RESUME if place.goes_on() else (*RUN, "--engine", engine)))
                assert ended.returncode == 1, ended.stderr
            if not (place.folder / "report.json").exists():
                assert place.leakcheck("report", "--json", "report.json").returncode == 1
            assert place.files() == files
            facts = place.facts()
            notes = [note for note in facts["notes"] if not note.startswith("put back, as the audit ")]
            assert {**facts, "notes": notes} == whole
            assert len(place.complete()) == executions
            assert not (place.audits[-1] / "undo").exists()


def edited(place: Place, chance: Random, number: int) -> str:
    """What somebody writes to a file that tests change, as editors do: in place, or by a new file."""
    text = f"my work, part {number}\n"
    path = place.folder / "data.txt"
    if chance.random() < 0.5:
        path.write_text(text)
    else:
        (place.folder / "data.txt~").write_text(text)
        os.utime(place.folder / "data.txt~", (1_500_000_000, 1_500_000_000))  # as `git` or `mv` may leave it
        (place.folder / "data.txt~").replace(path)
    return text


def edits_survive(temp: Path, engine: str, kills: int) -> None:
    """After each kill somebody edits the file that tests change, or does not; then the audit goes on, or another
    one begins. What was written last by a person is what stands there in the end, and nothing outside changes."""
    chance = Random(f"edits of {engine}")
    with suite(temp / "tmp") as place:
        outside = precious(temp / "outside")
        before, files, wanted = snapshot(outside), place.files(), "as it was\n"
        seconds = _seconds(place, engine)
        for number in range(kills):
            go_on = place.goes_on() and chance.random() < 0.6
            arguments = RESUME if go_on else (*RUN, "--engine", engine)
            with (place.temp / "stderr.txt").open("w") as words:
                process = place.start(*arguments, stdout=subprocess.DEVNULL, stderr=words)
            with suppress(subprocess.TimeoutExpired):
                process.wait(chance.uniform(0, seconds))
            kill(process)
            place.nothing_is_left()
            assert "Traceback" not in (place.temp / "stderr.txt").read_text("utf-8")
            if chance.random() < 0.6:
                wanted = edited(place, chance, number)
        ended = place.leakcheck(*RUN, "--engine", engine)
        assert ended.returncode == 1, ended.stderr
        assert place.files() == {**files, "data.txt": wanted.encode()}
        assert snapshot(outside) == before


def _seconds(place: Place, engine: str) -> float:
    began = time.monotonic()
    assert place.leakcheck(*RUN, "--engine", engine).returncode == 1
    return time.monotonic() - began


@needs_proc
@pytest.mark.parametrize("engine", ["fork", "spawn"])
def test_no_edit_between_kills_is_overwritten(tmp_path: Path, engine: str) -> None:
    edits_survive(tmp_path, engine, 5)


@pytest.mark.slow
@needs_proc
@pytest.mark.parametrize("engine", ["fork", "spawn"])
def test_no_edit_between_sixty_kills_is_overwritten(tmp_path: Path, engine: str) -> None:
    edits_survive(tmp_path, engine, 60)
