"""Standard output and error, whatever becomes of those who read them."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO

from leakcheck.errors import UsageError

_NOBODY_READS = frozenset({errno.EPIPE, errno.EIO, errno.ENXIO, errno.EBADF})
"""A reader that has gone (`| head`), a terminal that was closed, a descriptor that never was open."""


class Steady:
    """A stream that is written to as long as somebody reads it. Nothing is raised where nobody does, nor, for a
    `dispensable` one, for any other reason."""

    def __init__(self, stream: TextIO, *, dispensable: bool) -> None:
        self._stream = stream
        self._dispensable = dispensable

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def buffer(self) -> Any:
        return Steady(self._stream.buffer, dispensable=self._dispensable)  # type: ignore[arg-type]

    def write(self, data: Any) -> int:
        try:
            return self._stream.write(data)
        except OSError as error:
            self._give_up(error)
            return len(data)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        """From now on what is written goes nowhere, and so does what is written already."""
        with suppress(OSError, ValueError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        if not self._dispensable and error.errno not in _NOBODY_READS:
            raise UsageError(
                f"cannot write to standard output: {error.strerror}",
                hint="What was audited is kept: `leakcheck report` shows it again.",
            ) from error


def _fill_gaps() -> None:
    """Where standard descriptors are closed (`>&-`), no file of ours may get their numbers."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free


@contextmanager
def steady_streams() -> Iterator[None]:
    """Let nobody be stopped by whoever reads, or does not read, what is printed."""
    _fill_gaps()
    before = sys.stdout, sys.stderr
    sys.stdout = Steady(before[0] or open(os.devnull, "w", encoding="utf-8"), dispensable=False)  # noqa: SIM115
    sys.stderr = Steady(before[1] or open(os.devnull, "w", encoding="utf-8"), dispensable=True)  # noqa: SIM115
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
