"""Small copies are kept twice: a test may remove the folder of the audit, and with it what is to be put back."""

from __future__ import annotations

import contextlib
import os

from leakcheck.recorder.outside.file_copies import keep
from leakcheck.recorder.outside.proofs import copy_tag

SPARES = "spare"
"""In the scratch folder, which no test comes upon by chance."""
MAX_SPARE = 4 * 1024 * 1024
"""Bytes of a file up to which there is a second copy."""
_lstat, _lexists, _join = os.lstat, os.path.lexists, os.path.join


def spare(copy: str, scratch: str) -> None:
    """Keep the copy at `copy` once more, if it is small and there is room."""
    with contextlib.suppress(OSError):
        place = spare_of(copy, _join(scratch, SPARES))
        if _lstat(copy).st_size <= MAX_SPARE and not _lexists(place):
            keep(copy, place)


def spare_of(copy: str, spares: str) -> str:
    """Where the second copy is."""
    return _join(spares, copy_tag(copy), os.path.basename(copy))
