"""`leakcheck fix` where nothing can be looked for: what is missing, and the way out."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakcheck.cli import fix as command
from leakcheck.cli import main


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["fix", *arguments]) == 4
    return capsys.readouterr().err


def test_without_libcst_it_tells_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(command, "find_spec", lambda name: None)
    told = refused(capsys)
    assert "needs LibCST, which is not installed" in told
    assert "pip install libcst" in told


def test_without_an_audit_it_asks_for_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "Run `leakcheck run` first" in refused(capsys)
    assert list(tmp_path.iterdir()) == []
