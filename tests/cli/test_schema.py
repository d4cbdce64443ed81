"""`leakcheck schema` prints what the packages hold, to the terminal or into a file."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from leakcheck.cli.app import app
from leakcheck.options.schema import config_schema
from leakcheck.reports.schema.schema import schema


def printed(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["schema", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_of_the_report() -> None:
    assert json.loads(printed()) == schema()


def test_of_the_configuration() -> None:
    assert json.loads(printed("--config")) == config_schema()


def test_into_a_file(tmp_path: Path) -> None:
    target = tmp_path / "schema.json"
    assert printed("--config", "--output", str(target)) == ""
    assert json.loads(target.read_text("utf-8")) == config_schema()
