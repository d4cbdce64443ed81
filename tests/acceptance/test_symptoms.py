"""The pages that people find by a symptom: what they show of an audit is what an audit of their suite says."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from support import SAMPLES, audit

PAGES = Path(__file__).parents[2] / "docs" / "symptoms"
NAMES = sorted(page.stem for page in PAGES.glob("*.md"))
SHOWN = re.compile(r"^```text\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_each_suite_has_its_page() -> None:
    assert sorted(each.name for each in (SAMPLES / "symptoms").iterdir() if each.is_dir()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_the_page_shows_what_the_audit_says(name: str, tmp_path: Path) -> None:
    folder = shutil.copytree(SAMPLES / "symptoms" / name, tmp_path / name)
    said = [line.strip() for line in audit(folder, "--random", "0").stdout.splitlines()]
    (shown,) = SHOWN.findall((PAGES / f"{name}.md").read_text("utf-8"))
    assert [line for line in map(str.strip, shown.splitlines()) if line not in said] == []
