"""Writing at the end of a file: all of it or nothing, and what the system says against it in words."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from leakcheck.errors import CannotRecord, FolderGone
from leakcheck.wire import segments

NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_TAIL = 64
"""More bytes than a seal has."""


def seal_of(path: Path) -> bytes:
    """The seal of the last whole line; a torn line behind it is taken away."""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _TAIL))
        tail = stream.read()
        if tail.endswith(b"\n"):
            return segments.last_seal(tail)
        stream.seek(0)
        data = stream.read()
    whole = data[: data.rfind(b"\n") + 1]
    os.truncate(path, len(whole))
    return segments.last_seal(whole)


def write_new(path: Path, text: str) -> None:
    """Write a small file that is not there yet, or leave none. What is there stays, and no link is followed."""
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o600)
        try:
            append(descriptor, text.encode())
        except OSError:
            path.unlink(missing_ok=True)
            raise


def append(descriptor: int, data: bytes) -> None:
    """Write all of `data`, or nothing of it; closes `descriptor`."""
    size = os.fstat(descriptor).st_size
    try:
        while data:
            data = data[os.write(descriptor, data) :]
    except OSError:
        with suppress(OSError):
            os.ftruncate(descriptor, size)
        raise
    finally:
        os.close(descriptor)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """What the system says against writing to `path`, in words."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError) as error:
        raise FolderGone(
            f"{path} is gone: it was removed while the audit ran, by a test or by somebody else"
        ) from error
    except OSError as error:
        raise CannotRecord(f"cannot write {path}: {error.strerror}") from error
