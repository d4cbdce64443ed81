"""What processes have cost: this one, and those that it has waited for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from leakcheck.engine import Cpu

BUSY = "import time\nwhile time.process_time() < 0.3: pass"


@pytest.mark.processes
def test_a_process_counts_when_it_was_waited_for() -> None:
    before = Cpu.now()
    subprocess.run([sys.executable, "-c", BUSY], check=True)
    after = Cpu.now()
    assert after.processes - before.processes > 0.25
    assert after.own - before.own < after.processes - before.processes


def test_what_others_have_cost_is_taken_off() -> None:
    assert Cpu(1.0, 5.0).without(2.0) == Cpu(1.0, 3.0)
