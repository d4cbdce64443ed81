"""Which interpreter is audited when nobody names one."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

RECEIPTS = ("pipx_metadata.json", "uv-receipt.toml")
"""What pipx and `uv tool` leave in an environment that they made for one tool alone."""


def default_python() -> str:
    """The interpreter for this process, its environment variables and its working directory."""
    return choose_python(sys.executable, Path(sys.prefix), os.environ, Path.cwd())


def choose_python(own: str, prefix: Path, environ: Mapping[str, str], folder: Path) -> str:
    """leakcheck's own interpreter, unless it lives in an environment where no project can be.

    An environment made for one tool alone holds no project's packages. There the active environment
    (`VIRTUAL_ENV`) is meant, else the `.venv` of the working directory or of the nearest folder above it.

    Args:
        own: leakcheck's own interpreter.
        prefix: The environment that it lives in.
        environ: Environment variables.
        folder: Where the audit is started.
    """
    if not any((prefix / receipt).is_file() for receipt in RECEIPTS):
        return own
    active = environ.get("VIRTUAL_ENV")
    places = [Path(active)] if active else [above / ".venv" for above in (folder, *folder.parents)]
    found = (python for place in places for python in _interpreters(place) if python.is_file())
    return str(next(found, own))


def _interpreters(environment: Path) -> tuple[Path, ...]:
    return environment / "bin/python", environment / "Scripts/python.exe"
