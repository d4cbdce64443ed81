"""The files of the page of recipes pass in every order, and leave nothing behind."""

from __future__ import annotations

import re
from pathlib import Path

from support import leakcheck

PAGE = Path(__file__).parents[2] / "docs/recipes.md"
FILES = dict(re.findall(r"<!-- (test_\w+\.py) -->\n```python\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL))


def test_an_audit_finds_nothing_in_them(tmp_path: Path) -> None:
    assert len(FILES) >= 2
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    ended = leakcheck(tmp_path, "run", "--random", "1", "--quiet", plugins=True)
    assert (ended.code, ended.stdout) == (0, "✓ 4 tests: none order-dependent\n"), ended.text
