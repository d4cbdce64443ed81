"""The virtual environment that a project most likely has its packages in."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from leakcheck.engine import interpreter_in

NAMES = (".venv", "venv")


class Environment(NamedTuple):
    """`python` as one would type it here; `told` is what the environment is called."""

    python: str
    told: str


def environment_beside(used: str, environ: Mapping[str, str], folder: Path) -> Environment | None:
    """The active environment, or the one in `folder` or above it, that does not have the interpreter `used`."""
    for place, told in _places(environ, folder):
        python = interpreter_in(place)
        if python is not None and not _is_in(used, place):
            return Environment(_typed(python, folder), told)
    return None


def _places(environ: Mapping[str, str], folder: Path) -> Iterator[tuple[Path, str]]:
    active = environ.get("VIRTUAL_ENV")
    if active:
        yield Path(active), f"The active environment {_typed(Path(active), folder)}"
    for above in (folder, *folder.parents):
        for name in NAMES:
            yield above / name, f"The environment {_typed(above / name, folder)}"


def _is_in(python: str, environment: Path) -> bool:
    """By the folder that it stands in: what stands there is a link to somewhere else."""
    if os.sep not in python and "/" not in python:
        return False
    return os.path.realpath(Path(python).parent.parent) == os.path.realpath(environment)


def _typed(path: Path, folder: Path) -> str:
    return os.path.relpath(path, folder) if path.is_relative_to(folder) else str(path)
