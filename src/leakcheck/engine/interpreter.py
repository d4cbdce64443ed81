"""Whether what the user has named is an interpreter at all, told before anything else is begun."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from leakcheck.errors import EngineFailed

OLDEST = (3, 11)
PATIENCE = 60.0
"""Seconds that it has to say which Python it is."""
_WAY_OUT = "Name an interpreter with --python, like .venv/bin/python."
_SHOWN = 5
_LIST = (
    "import json, sys; from importlib.metadata import distributions; sys.stdout.write({!r} + json.dumps("
    "sorted({{(str(each.metadata['Name']).lower(), str(each.version)) for each in distributions()}})))"
)
_ASK = "import sys; sys.stdout.write('{} %d %d ' % sys.version_info[:2])"


def check_interpreter(python: str) -> None:
    """EngineFailed unless `python` is a Python that can audit a suite. pytest is asked for later."""
    if python == sys.executable:
        return
    trouble = _not_to_be_started(python)
    if trouble:
        raise EngineFailed(trouble, hint=_WAY_OUT, option="python")
    version = _asked(python)
    if version < OLDEST:
        told = ".".join(map(str, version))
        raise EngineFailed(
            f"an audited project needs Python 3.11 or newer; {python} is Python {told}",
            hint="Name another interpreter with --python.",
            option="python",
        )


def distributions_of(python: str) -> Mapping[str, str]:
    """name -> version of all that is installed for `python`; nothing if it does not tell."""
    token = secrets.token_hex(8)
    try:
        done = subprocess.run(
            [python, "-c", _LIST.format(token)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=PATIENCE,
            check=False,
        )
        found = json.loads(done.stdout.decode("utf-8", "replace").rpartition(token)[2])
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return {}
    return {str(name): str(version) for name, version in found} if isinstance(found, list) else {}


def interpreter_in(environment: Path) -> Path | None:
    """The interpreter of a virtual environment, if that is one."""
    places = (environment / "bin" / "python", environment / "Scripts" / "python.exe")
    return next((place for place in places if place.is_file()), None)


def _not_to_be_started(python: str) -> str:
    """Why it cannot be started, in words; "" if it can, by all appearances."""
    if os.sep not in python and "/" not in python and not Path(python).is_dir():
        return "" if shutil.which(python) else f"cannot start {python}: there is no such command"
    path = Path(python)
    if path.is_dir():
        inside = interpreter_in(path)
        return f"{python} is a folder" + (f"; its interpreter is {inside}" if inside else ", and no interpreter")
    if not path.exists():
        return f"cannot start {python}: there is no such file"
    return "" if os.access(path, os.X_OK) else f"cannot start {python}: it is not executable"


def _asked(python: str) -> tuple[int, int]:
    """Its version, by its own word. No module of its environment is loaded for that."""
    token = secrets.token_hex(8)
    try:
        done = subprocess.run(
            [python, "-S", "-c", _ASK.format(token)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
            check=False,
        )
    except OSError as error:
        raise EngineFailed(f"cannot start {python}: {error.strerror}", hint=_WAY_OUT, option="python") from error
    except subprocess.TimeoutExpired:
        told = f"{python} is no Python: it did not answer within {PATIENCE:g} s"
        raise EngineFailed(told, hint=_WAY_OUT, option="python") from None
    text = done.stdout.decode("utf-8", "replace")
    major, minor = [*text.partition(token)[2].split(), "", ""][:2]
    if not (major.isdecimal() and minor.isdecimal()):
        said = "\n".join(f"  {line}" for line in text.splitlines()[:_SHOWN])
        raise EngineFailed(f"{python} is no Python", detail=said, hint=_WAY_OUT, option="python")
    return int(major), int(minor)
