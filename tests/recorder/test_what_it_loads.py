"""What the part that runs inside other people's suites loads into them."""

from __future__ import annotations

import subprocess
import sys

import pytest

LOADS = """
import sys
import pytest
before = set(sys.modules)
from leakcheck.hazards import own
from leakcheck.probes import discover
from leakcheck.recorder.process import start
own(), discover()
print(*sorted({name.partition(".")[0] for name in set(sys.modules) - before}))
"""


@pytest.mark.processes
def test_it_loads_nothing_that_a_suite_may_be_the_first_to_load() -> None:
    """A test that is the first to import asyncio, or a plugin called `asyncio`, meets it as without us."""
    told = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True).stdout
    loaded = set(told.split())
    assert "leakcheck" in loaded
    allowed = {"leakcheck", "_contextvars", "contextvars", "fractions", "hmac", "pkgutil", "resource", "sysconfig"}
    assert {name for name in loaded if not name.startswith("_sysconfigdata")} <= allowed
