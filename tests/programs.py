"""Programs that some tests need beside Python: without them such tests are skipped, but never in CI."""

from __future__ import annotations

import os
import shutil

import pytest

NOTHING_SKIPPED = "LEAKCHECK_TESTS_SKIP_NOTHING"


def needed(program: str, hint: str) -> str:
    """The path of `program`; the test is skipped where it is missing, unless nothing may be skipped."""
    found = shutil.which(program)
    if found is None:
        missing(f"{program} is missing: {hint}")
    return str(found)


def missing(why: str) -> None:
    """Skip the test, or fail it where nothing may be skipped."""
    if os.environ.get(NOTHING_SKIPPED):
        pytest.fail(why)
    pytest.skip(why)
