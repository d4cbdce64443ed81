"""Files that changed during an audit although no test was found to change them."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from leakcheck.errors import CannotRecord, UsageError
from leakcheck.store import audits
from leakcheck.text import some
from leakcheck.workspace.doubts import told_of_killed
from leakcheck.workspace.salts import kept_salt

_SIGNS = ("pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg", "setup.py")


def likely_root(paths: Sequence[str]) -> str:
    """Where pytest's rootdir will be, as far as that can be told before it runs: the nearest folder with a
    configuration that holds everything; never one that holds more than a project."""
    here = Path.cwd().resolve()
    given = [Path(path.partition("::")[0]).resolve() for path in paths]
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


def of_killed(base: Path) -> Iterator[str]:
    """What audits below `base` that were killed had taken out of its place, in sentences. Only of those that this
    user has made here: in the folder of a stranger's, nothing is read and nothing moves."""
    for folder in audits(base):
        if folder.doubts.is_dir() and folder.is_private() and kept_salt(folder.path) is not None:
            try:
                lock = folder.lock()
            except (UsageError, CannotRecord):
                continue  # it is still running
            try:
                yield from told_of_killed(folder)
            finally:
                os.close(lock)


def unseen_note(names: Sequence[str], root: str) -> str:
    """A sentence about the paths `names`; "" if there are none."""
    if not names:
        return ""
    shown = some([name.removeprefix(f"{root}/") for name in names])
    return f"changed by other programs, or while the suite was imported, and left as it is: {shown}"
