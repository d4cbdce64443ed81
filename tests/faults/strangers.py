"""Folders of audits that a stranger has made, or somebody has put a hand to; and what must not change by them."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from random import Random

from leakcheck.records import Order, Whole
from leakcheck.wire import events, segments
from leakcheck.wire.events import Outside

from .mutations import mutated, resealed

TAG = "e00001"


def snapshot(folder: Path) -> dict[str, tuple[int, int, bytes | str]]:
    """path -> (mode, time of the last change, content) of everything below `folder`."""
    found: dict[str, tuple[int, int, bytes | str]] = {}
    for path in sorted(folder.rglob("*")):
        state = path.lstat()
        content = os.readlink(path) if path.is_symlink() else path.read_bytes() if path.is_file() else b""
        found[path.relative_to(folder).as_posix()] = (state.st_mode, state.st_mtime_ns, content)
    return found


def precious(folder: Path) -> Path:
    """Files of the user, outside of any project."""
    (folder / "deep").mkdir(parents=True)
    for name in ("overwritten", "removed", "deep/file"):
        path = folder / name
        path.write_text("my own\n")
        os.utime(path, (1_500_000_000, 1_500_000_000))
    (folder / "read only").write_text("mine")
    (folder / "read only").chmod(0o400)
    return folder


def segment(path: Path, *items: events.Event) -> None:
    data, before = b"", segments.NO_SEAL
    for event in items:
        data += segments.sealed(event, before)
        before = segments.last_seal(data)
    path.write_bytes(data)


def hostile(base: Path, outside: Path, sign: Callable[[Outside], Outside] = lambda event: event) -> Path:
    """An audit in `base` that names files `outside`: what a cloned repository may bring along."""
    audit = base / "20200101-000000-abcd"
    (audit / "undo" / TAG).mkdir(parents=True, mode=0o700)
    (audit / "undo" / TAG / "x").write_text("OWNED\n")
    audit.chmod(0o700)
    segment(audit / "audit.jsonl", events.Header(2, "audit"))
    told = (
        Outside("file", str(outside / "overwritten"), str(audit / "undo" / TAG / "x"), 1.0, root=str(outside)),
        Outside("file", str(outside / "removed"), "", 2.0, root=str(outside)),
        Outside("file", str(outside / "deep"), "", 3.0, root=str(outside)),
        Outside("file", str(outside / "deep" / "file"), "", 4.0, root="/"),
    )
    header = events.Header(2, TAG, Order(Whole(), ()))
    segment(audit / f"{TAG}.jsonl", header, *map(sign, told))
    segment(audit / "undo" / TAG / "7.jsonl", events.Header(2, "7"), *map(sign, told))
    (audit / "before-1").mkdir()
    (audit / "before-1" / "0").write_text("OWNED AGAIN\n")
    start = Outside("file", str(outside / "overwritten"), str(audit / "before-1" / "0"), 1.0, root=str(outside))
    segment(audit / "before-1.jsonl", events.Header(2, "before-1"), sign(start))
    return audit


# What can become of the folder of one's own audit --------------------


def tampered(pristine: Path, folder: Path, outside: Path, chance: Random) -> None:
    """Make `folder` a copy of the audit `pristine`, to which somebody has put a hand."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(pristine, folder, symlinks=True)
    for _ in range(chance.choice((1, 1, 2, 3))):
        chance.choice((_damage, _point_outside, _point_outside, _link, _link))(folder, outside, chance)


def _damage(folder: Path, outside: Path, chance: Random) -> None:
    segments = [path for path in folder.glob("*.jsonl") if path.is_file() and not path.is_symlink()]
    before = {path.stem: path.read_bytes() for path in segments}
    after = mutated(before, chance)
    for tag in before.keys() - after.keys():
        (folder / f"{tag}.jsonl").unlink()
    for tag, data in after.items():
        path = folder / f"{tag}.jsonl"
        if not path.is_symlink():
            path.write_bytes(data)


def _point_outside(folder: Path, outside: Path, chance: Random) -> None:
    """Every seal is right, and a file is told to be one that no test has touched."""
    segments = [path for path in folder.rglob("*.jsonl") if path.is_file() and not path.is_symlink()]
    path = chance.choice(sorted(segments))
    lines = path.read_bytes().splitlines()
    told = [number for number, line in enumerate(lines) if _is_outside(line)]
    if not told:
        return
    data, where = b"", chance.choice(told)
    for number, line in enumerate(lines):
        body = line.rpartition(b" ")[0]
        data += resealed(_pointed(json.loads(body), folder, outside, chance) if number == where else body, data)
    path.write_bytes(data)


def _is_outside(line: bytes) -> bool:
    """Unless it was damaged before."""
    try:
        return bool(json.loads(line.rpartition(b" ")[0])["event"] == "outside")
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


def _pointed(event: dict[str, object], folder: Path, outside: Path, chance: Random) -> bytes:
    victim = str(chance.choice([path for path in sorted(outside.rglob("*")) if not path.is_symlink()]))
    copies = [str(path) for path in folder.glob("undo/*/*")]
    name = str(event.get("name", ""))
    changes: Mapping[str, tuple[str, ...]] = {
        "name": (victim, f"{name}/../../{Path(victim).name}", os.path.join(name, "..", "x")),
        "copy": ("", victim, "?", *copies),
        "root": ("/", str(outside), str(outside.parent), ""),
    }
    for key in chance.sample(sorted(changes), chance.choice((1, 2, 3))):
        event[key] = chance.choice(changes[key])
    return json.dumps(event, separators=(",", ":")).encode()


def _link(folder: Path, outside: Path, chance: Random) -> None:
    """What stands in the folder is a link to somewhere else."""
    known = ("undo", "undone", "kept", "ended", "asking", "room", "suite.jsonl", "before-1", "undo/e00009")
    there = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*"))]
    path = folder / chance.choice((*known, *there))
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    elif os.path.lexists(path):
        path.unlink()
    if path.parent.is_dir() and not path.parent.is_symlink():
        path.symlink_to(chance.choice(sorted(outside.rglob("*"))))


def signed_by_another(event: Outside) -> Outside:
    return replace(event, proof="0" * 32)
