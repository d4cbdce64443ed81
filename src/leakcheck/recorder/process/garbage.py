"""Garbage, collected before a process is forked and not in every fork of it."""

from __future__ import annotations

import gc
import sys


def collect_garbage() -> None:
    """Collect once what imports have left. Each fork would soon do so for itself, as the collector's counts are its
    parent's, and would copy every page that this touches: half of what a short execution costs. (It does not pay
    where few forks come.)

    What goes wrong in finalisers is told nobody: in a plain run it would be the trouble of whichever test runs
    then, here of the first test of every fork. Nothing is done where the project has switched the collector off.
    """
    if not gc.isenabled():
        return
    told, sys.unraisablehook = sys.unraisablehook, lambda _: None
    try:
        gc.collect()
    finally:
        sys.unraisablehook = told
