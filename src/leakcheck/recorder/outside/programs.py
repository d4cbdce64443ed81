"""What another program is called, by how it is started: the name alone, for arguments may hold secrets."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

_SHELLS = frozenset({"sh", "bash", "dash", "zsh"})
_basename, _decoded = os.path.basename, os.fsdecode


def program_of(executable: Any, arguments: Any = None) -> str:
    """Of the arguments of `subprocess.Popen` and `os.system`: `alembic` for `sh -c 'alembic upgrade head'`, and for
    `python -m alembic`."""
    words = _words(executable if arguments is None else arguments)
    name = _basename(words[0]) if words else ""
    if name in _SHELLS and len(words) > 2 and words[1] == "-c":
        return program_of(words[2])
    if name.startswith("python") and "-m" in words[1:-1]:
        return words[words.index("-m") + 1]
    return name


def _words(command: Any) -> Sequence[str]:
    if isinstance(command, str | bytes | os.PathLike):
        return _decoded(command).split()
    try:
        return [_decoded(each) for each in command]
    except TypeError:
        return []
