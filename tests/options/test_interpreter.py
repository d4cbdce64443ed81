"""Whose interpreter is audited when nobody names one."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakcheck.options.interpreter import RECEIPTS, choose_python


def _environment(folder: Path) -> Path:
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").touch()
    return folder


@pytest.fixture(params=RECEIPTS)
def tool(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """An environment that holds nothing but a tool."""
    folder = _environment(tmp_path / "tools/leakcheck")
    (folder / request.param).touch()
    return folder


def test_an_ordinary_environment_audits_itself(tmp_path: Path) -> None:
    own, other = _environment(tmp_path / "own"), _environment(tmp_path / ".venv")
    assert choose_python("own", own, {"VIRTUAL_ENV": str(other)}, tmp_path) == "own"


def test_a_tool_audits_the_active_environment(tool: Path, tmp_path: Path) -> None:
    active = _environment(tmp_path / "active")
    _environment(tmp_path / ".venv")
    assert choose_python("own", tool, {"VIRTUAL_ENV": str(active)}, tmp_path) == str(active / "bin/python")


def test_a_tool_audits_the_nearest_environment_of_a_project(tool: Path, tmp_path: Path) -> None:
    project = _environment(tmp_path / "project/.venv")
    below = tmp_path / "project/backend/app"
    below.mkdir(parents=True)
    assert choose_python("own", tool, {}, below) == str(project / "bin/python")


def test_a_tool_with_no_project_in_sight_audits_itself(tool: Path, tmp_path: Path) -> None:
    assert choose_python("own", tool, {"VIRTUAL_ENV": str(tmp_path / "gone")}, tmp_path) == "own"
