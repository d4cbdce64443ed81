"""The system calls that recording needs, bound before the audited suite can replace them.

They are class attributes, not module attributes: freezegun and pyfakefs walk over the attributes of all loaded
modules and replace what they know.
"""

from __future__ import annotations

import os
import sys
import time
from functools import partial

try:
    import resource
except ImportError:  # on Windows
    resource = None  # type: ignore[assignment]


def _pread(descriptor: int, size: int, offset: int) -> bytes:
    """`os.pread` where there is none."""
    os.lseek(descriptor, offset, os.SEEK_SET)
    return os.read(descriptor, size)


_CLOCK_REALTIME_COARSE = 5
_coarse_clock = partial(time.clock_gettime_ns, _CLOCK_REALTIME_COARSE) if sys.platform == "linux" else time.time_ns
"""The time that files get when they change, in nanoseconds: on Linux that of the last tick."""


class Real:
    """Never patched."""

    open = staticmethod(os.open)
    write = staticmethod(os.write)
    read = staticmethod(os.read)
    pread = staticmethod(getattr(os, "pread", None) or _pread)
    close = staticmethod(os.close)
    fstat = staticmethod(os.fstat)
    dup = staticmethod(os.dup)
    listdir = staticmethod(os.listdir)
    chmod = staticmethod(os.chmod)
    dup2 = staticmethod(os.dup2)
    fork = staticmethod(getattr(os, "fork", None) or (lambda: -1))
    wait4 = staticmethod(getattr(os, "wait4", None) or (lambda *_: (0, 0, None)))
    setpgid = staticmethod(getattr(os, "setpgid", None) or (lambda *_: None))
    getpid = staticmethod(os.getpid)
    leave = staticmethod(os._exit)
    monotonic = staticmethod(time.monotonic)
    cpu = staticmethod(time.process_time)
    clock = staticmethod(_coarse_clock)
    file_size = int(getattr(resource, "RLIMIT_FSIZE", -1))
    open_files = int(getattr(resource, "RLIMIT_NOFILE", -1))
    getrlimit = staticmethod(getattr(resource, "getrlimit", None) or (lambda *_: (-1, -1)))
    setrlimit = staticmethod(getattr(resource, "setrlimit", None) or (lambda *_: None))
