"""Whether a test gets anything from a fixture of the project that lives longer than the test."""

from __future__ import annotations

from types import CodeType
from typing import Any

import pytest

from leakcheck.snapshots.frames import is_project_file

_NARROW = "function"


def shares_fixtures(item: pytest.Item) -> bool:
    """Whether a second run of `item` in one session would get the same object from a fixture."""
    info = getattr(item, "_fixtureinfo", None)
    found = getattr(info, "name2fixturedefs", {})
    return any(_is_wide(each) for every in found.values() for each in every)


def _is_wide(fixture: Any) -> bool:
    code = getattr(fixture.func, "__code__", None)
    return fixture.scope != _NARROW and isinstance(code, CodeType) and is_project_file(code.co_filename)
