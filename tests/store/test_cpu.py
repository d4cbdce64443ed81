"""What an audit tells of the CPU that it took, and what an older one does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakcheck.records import Order, Suite, TestItem, Whole
from leakcheck.store import AuditFolder, read_audit
from leakcheck.wire import events

BEGUN = events.Begun("0.1", "2026-01-01T00:00:00+00:00")
RESUMED = events.Resumed("2026-01-01T00:01:00+00:00", 3.0)


def folder_with(tmp_path: Path, *items: events.Event, cpu: float | None = None) -> AuditFolder:
    folder = AuditFolder.create(tmp_path)
    folder.begin("audit")
    folder.append("audit", *items)
    folder.begin("suite")
    folder.append("suite", events.Collected(Suite("/p", (), (TestItem("t", "t.py"),))))
    folder.begin("e00001", Order(Whole(), ("t",)))
    folder.close("e00001", events.Exit("finished", 0, 1.0, cpu=cpu))
    return folder


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ((BEGUN,), None),
        ((BEGUN, events.Spent(1.0, 2.5)), (1.0, 2.5)),
        ((BEGUN, RESUMED, events.Spent(1.0, 2.5)), None),
        ((BEGUN, events.Spent(1.0, 1.0), RESUMED, events.Spent(1.0, 2.5)), (2.0, 3.5)),
    ],
    ids=["an older one", "told", "one session was killed", "both sessions told"],
)
def test_cpu_is_known_if_every_session_has_told_it(
    tmp_path: Path, items: tuple[events.Event, ...], expected: tuple[float, float] | None
) -> None:
    assert read_audit(folder_with(tmp_path, *items)).cpu == expected


@pytest.mark.parametrize("cpu", [None, 0.5])
def test_an_execution_tells_its_cpu_if_it_was_recorded(tmp_path: Path, cpu: float | None) -> None:
    (execution,) = read_audit(folder_with(tmp_path, BEGUN, cpu=cpu)).executions
    assert execution.cpu == cpu
