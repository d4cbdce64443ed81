"""A noun is there for whoever asks for it, and what is derived is loaded for nobody who does not."""

from __future__ import annotations

import subprocess
import sys

import pytest

from leakcheck import records

GUARDED = """
import sys
import pytest
from leakcheck.guard import begin
from leakcheck.hazards import own as hazards
from leakcheck.probes import own
own(without=("databases", "files", "transactions")), hazards()
print(*sorted(name for name in sys.modules if name.startswith("leakcheck.")))
"""
OF_AN_AUDIT = {
    "leakcheck.records.derived", "leakcheck.records.timing", "leakcheck.wire.events", "leakcheck.wire.codec",
    "leakcheck.postgres", "leakcheck.analysis", "leakcheck.reports",
}  # fmt: skip


@pytest.mark.parametrize("name", records.__all__)
def test_every_noun_is_found(name: str) -> None:
    assert getattr(records, name) is not None
    assert name in dir(records)


def test_what_is_no_noun_is_missed_as_usual() -> None:
    with pytest.raises(AttributeError, match=r"'leakcheck\.records' has no attribute 'Nothing'"):
        records.Nothing  # noqa: B018
    with pytest.raises(ImportError, match="Nothing"):
        exec("from leakcheck.records import Nothing")


@pytest.mark.processes
def test_a_guard_loads_nothing_of_an_audit_when_it_begins() -> None:
    told = subprocess.run([sys.executable, "-c", GUARDED], capture_output=True, text=True, check=True).stdout
    assert "leakcheck.records.recorded" in told.split()
    assert not OF_AN_AUDIT.intersection(told.split())
