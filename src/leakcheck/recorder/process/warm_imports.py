"""What every run of a suite imports from installed packages: noted by one process, imported by another.

Packages whose plugins pytest knows by entry points are imported as pytest would: with their `assert` statements
rewritten. (`_pytest.config.Config._mark_plugins_for_rewrite` decides which these are.)
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import json
import os
import sys
import warnings
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from leakcheck.recorder.syscalls import Real
from leakcheck.snapshots.frames import is_project_file
from leakcheck.wire.process_config import Setup

_FILE = "imported.json"
_OWN = ("leakcheck", "conftest", "__main__", "__mp_main__")


def note_imports(setup: Setup) -> None:
    """Keep the names of all modules of installed packages that are loaded, in the order of their import."""
    names = [name for name, module in list(sys.modules.items()) if _is_installed(name, module)]
    with contextlib.suppress(OSError):
        descriptor = Real.open(_path(setup), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            Real.write(descriptor, json.dumps(names).encode())
        finally:
            Real.close(descriptor)


def import_noted(setup: Setup) -> None:
    """Import what was noted, as far as it can be imported apart from the project."""
    try:
        with open(_path(setup), encoding="utf-8") as stream:
            names = json.load(stream)
    except (OSError, ValueError):
        return
    with _rewriting(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in names:
            with contextlib.suppress(Exception, SystemExit):
                importlib.import_module(name)


def _path(setup: Setup) -> str:
    return os.path.join(setup.scratch, _FILE)


def _is_installed(name: str, module: object) -> bool:
    """Whether it is a module by its own name, in a file that an installer put there."""
    if not isinstance(module, ModuleType) or name.partition(".")[0] in _OWN or module.__name__ != name:
        return False
    file = getattr(getattr(module, "__spec__", None), "origin", None)
    return isinstance(file, str) and os.path.isfile(file) and not is_project_file(file)


@contextlib.contextmanager
def _rewriting() -> Iterator[None]:
    """pytest's import hook stands, for the packages that it would rewrite."""
    from _pytest.assertion import install_importhook
    from _pytest.config import _iter_rewritable_modules, get_config

    hook: Any = install_importhook(get_config())
    hook.mark_rewrite(*_iter_rewritable_modules(_files_with_plugins()))
    try:
        yield
    finally:
        sys.meta_path.remove(hook)


def _files_with_plugins() -> list[str]:
    """Files of all distributions that have plugins of pytest."""
    return [
        str(file)
        for dist in importlib.metadata.distributions()
        if any(entry.group == "pytest11" for entry in dist.entry_points)
        for file in dist.files or ()
    ]
