"""Audits on disk, made by hand, for tests of parts."""

from __future__ import annotations

from pathlib import Path

from leakcheck import __version__
from leakcheck.options import Options
from leakcheck.records import Alone, Note, Order, Suite, TestItem, TestRun
from leakcheck.records.topics import Topic
from leakcheck.store import AuditFolder
from leakcheck.wire import events
from leakcheck.wire.manifest import FORMAT, Manifest

ROOT = "/machine/ada/shop"
TESTS = ("t.py::a", "t.py::b", "u.py::c", "u.py::d")


def audited(path: Path, alone: tuple[str, ...], shard: int = 0, *, finished: bool = True) -> AuditFolder:
    """An audit in which these tests ran alone."""
    path.mkdir()
    folder = AuditFolder(path)
    folder.begin("suite")
    items = tuple(TestItem(test, test.partition("::")[0]) for test in TESTS)
    folder.append("suite", events.Collected(Suite(ROOT, ("t.py",), items, "3.13.1", "9.0")))
    folder.begin("audit")
    options = Options(shard=shard, shards=2 if shard else 0, python="/machine/ada/venv/bin/python", lanes=1)
    folder.append("audit", events.Begun(__version__, "2026-01-01T00:00:00+00:00", options.as_text()))
    folder.append("audit", events.Share(alone), Note(Topic.FILES, f"{ROOT}/data.txt is another file now"))
    for number, test in enumerate(alone, start=1):
        tag = f"e{number:05d}"
        folder.begin(tag, Order(Alone(), (test,), collect=(test.partition("::")[0],)))
        folder.append(tag, events.Started(test), events.Finished(TestRun(test, "passed")), events.Completed(0.1))
        folder.close(tag, events.Exit("finished", 0, 0.1))
    if finished:
        folder.append("audit", events.Sources({"t.py": "0123"}), events.Completed(1.0))
    return folder


def manifest(shard: int = 0, **more: object) -> Manifest:
    told = {
        "format": FORMAT,
        "leakcheck": __version__,
        "created": "2026-01-01T00:00:00+00:00",
        "shard": shard,
        "shards": 2 if shard else 0,
        "tests": len(TESTS),
        "python": "3.13.1",
        "pytest": "9.0",
        "finished": True,
        "options": {"profile": "standard"},
        "distributions": {"httpx": "0.28"},
        "sources": {"t.py": "4567"},
        "share": TESTS,
    }
    return Manifest(**{**told, **more})  # type: ignore[arg-type]
