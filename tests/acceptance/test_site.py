"""The documentation builds as a site without a warning, with the pages that are made from the program."""

from __future__ import annotations

import html
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from leakcheck.analysis.gate import findings
from leakcheck.cli.app import app

ROOT = Path(__file__).parents[2]
COMMANDS = [command.name or command.callback.__name__ for command in app.registered_commands if command.callback]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    (told,) = re.findall(
        r"`pip install '\.\[docs\]' && (mkdocs [^`]+)`", (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    )
    command = [sys.executable, "-m", *shlex.split(told), "--site-dir", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "WARNING -" not in done.stderr
    return folder


def page(site: Path, name: str) -> str:
    """The text of a page, without its markup."""
    return html.unescape(re.sub(r"<[^>]+>", "", (site / name / "index.html").read_text("utf-8")))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_told(site: Path, command: str) -> None:
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "300", "TERM": "dumb"}).output
    options = set(re.findall(r"--[a-z][a-z-]+", shown)) - {"--help"}
    text = page(site, "cli")
    assert f"leakcheck {command}" in text
    assert not {option for option in options if option not in text}


def test_every_code_of_a_finding_is_told(site: Path) -> None:
    codes = set(re.findall(r"LK\d{3}", Path(str(findings.__file__)).read_text("utf-8")))
    assert len(codes) > 5
    text = page(site, "finding-codes")
    assert not {code for code in codes if code not in text}


def test_the_schemas_stand_beside_their_pages(site: Path) -> None:
    assert (site / "report-format-1.schema.json").is_file()
    assert (site / "configuration.schema.json").read_text("utf-8").startswith("{")


def test_the_pattern_of_the_other_sample_is_taken_in(site: Path) -> None:
    text = page(site, "tutorial")
    assert "def create_app(" in text
    assert "--8<--" not in text


def test_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    tags = r"<(?:script|img|link rel=.stylesheet.)[^>]* (?:src|href)=.https?:"
    fetching = re.compile(rf"{tags}|@import|url\(.?https?:")
    for file in (*site.rglob("*.html"), *site.rglob("*.svg")):
        assert not fetching.search(file.read_text("utf-8")), file
