"""Where what stood at a path is kept, and told, before it changes."""

from __future__ import annotations

import errno
import os

from leakcheck.recorder.outside.file_copies import keep
from leakcheck.recorder.outside.spares import SPARES, spare
from leakcheck.recorder.segment import Segment
from leakcheck.recorder.syscalls import Real
from leakcheck.wire.events import ABSENT, FORMAT, UNKEPT, Header, Outside

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EROFS})
_lexists, _join = os.path.lexists, os.path.join


def keep_copy(path: str, folder: str, number: int, segment: Segment, scratch: str) -> str:
    """Keep what stands at `path` in `folder`, and once more in `scratch`, if there is one; returns where the copy
    is. Where there is no room for a copy, the process ends before it changes the file."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)  # says that there is something to put back
        copy = keep(path, _join(folder, f"{Real.getpid()}-{number}"))
    except OSError as error:
        if error.errno in _NO_ROOM:
            segment.give_up()
        return UNKEPT
    if scratch and copy not in (ABSENT, UNKEPT):
        spare(copy, scratch)
    return copy


def keep_for_the_end(path: str, folder: str, number: int) -> str:
    """Keep what stands at `path` before the first test of this process."""
    return keep(path, _join(folder, _before_tag(), str(number)))


def tell_for_the_end(event: Outside, folder: str, scratch: str) -> None:
    """Tell what has changed before the first test, in the audit's folder and in the other one."""
    tag = _before_tag()
    append(_join(folder, f"{tag}.jsonl"), event)
    os.makedirs(_join(scratch, SPARES), mode=0o700, exist_ok=True)
    append(_join(scratch, SPARES, f"{tag}.jsonl"), event)
    if event.has_copy:
        spare(event.copy, scratch)


def append(path: str, event: Outside) -> None:
    """Write `event` to a segment that is open no longer than that takes."""
    new = not _lexists(path)
    segment = Segment(path)
    if new:
        segment.write(Header(FORMAT, os.path.basename(path).removesuffix(".jsonl")))
    segment.write(event)
    segment.close()


def _before_tag() -> str:
    return f"before-{Real.getpid()}"
