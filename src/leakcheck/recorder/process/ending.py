"""The end of a process that shares its memory with others: all that may be felt outside of it, and no more."""

from __future__ import annotations

import atexit
import contextlib
import sys
import threading
from typing import Any, NoReturn

from leakcheck.recorder.syscalls import Real


def end_briefly(code: int) -> NoReturn:
    """Wait for threads, call what is registered for the end, write out what is buffered, and leave.

    The interpreter would go on to take its modules apart. In a fork that copies all that it shares with its parent,
    a third of what a short pytest run in a fork costs; what tests have shown was written long before.
    """
    for name, owner in (("_shutdown", threading), ("_run_exitfuncs", atexit)):
        function: Any = getattr(owner, name, None)
        with contextlib.suppress(Exception):  # as at the interpreter's own end, nobody is stopped by it
            function()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    Real.leave(code)
    raise AssertionError("a process that has left goes on")
