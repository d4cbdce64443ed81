"""What an audit has proven to matter, kept in its folder for guards."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from leakcheck.records import Leak
from leakcheck.wire.proven import NAME, encode_proven

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)


def keep_proven(audit: Path, leaks: Iterable[Leak]) -> None:
    """Keep where these leaks are."""
    with suppress(OSError):  # the audit is none the worse for it
        descriptor = os.open(audit / NAME, _FLAGS, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(encode_proven(leaks))
