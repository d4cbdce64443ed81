"""The working folder goes by its name, also behind the end of the folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from leakcheck.probes.kinds.cwd import Probe


def test_a_folder_that_is_removed_keeps_its_name_for_who_looks_for_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    probe, inside = Probe(), tmp_path / "inside"
    inside.mkdir()
    monkeypatch.chdir(inside)
    before = probe.value("os", "cwd")
    assert before == str(inside) == probe.read()["os", "cwd"]
    inside.rmdir()
    assert probe.value("os", "cwd") == before
    assert probe.read() == {("os", "cwd"): "a folder that is gone"}
    os.chdir(tmp_path)
    assert probe.value("os", "cwd") == str(tmp_path)
