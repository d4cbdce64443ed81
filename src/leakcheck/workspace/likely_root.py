"""Where the root of a project is, before pytest says it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

_SIGNS = ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg", "setup.py")


def likely_root(paths: Sequence[str], where: Path | None = None) -> str:
    """Where pytest's rootdir will be, as far as that can be told before it runs: the nearest folder with a
    configuration that holds everything; never one that holds more than a project. `where` is where the user stands,
    if that is not here."""
    here = (where or Path.cwd()).resolve()
    given = [(here / path.partition("::")[0]).resolve() for path in paths]
    try:
        common = Path(os.path.commonpath(given)) if given else here
    except ValueError:  # on two drives
        return str(here)
    wide = {Path.home().resolve(), Path(tempfile.gettempdir()).resolve()}
    for folder in (common, *common.parents):
        if folder in wide or any(folder in each.parents for each in wide):
            break
        if any((folder / sign).is_file() for sign in _SIGNS):
            return str(folder)
    return str(here)
