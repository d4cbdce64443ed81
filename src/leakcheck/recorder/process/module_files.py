"""Which module a file belongs to, found before a process is forked and not behind the first failure in every fork.

To show a traceback pytest asks `inspect` for the module of a file. The first time in a process, that looks up the
real paths of all that is loaded, a quarter of what a short execution with a failing test costs.
"""

from __future__ import annotations

import inspect
import os
import sys
from types import ModuleType
from typing import Any


def find_files() -> None:
    """Enter what `inspect.getmodule` would find, as it would. Modules that are no ordinary ones are left to it: to
    ask these for their file may run other people's code, which a run without failures does not."""
    names: Any = getattr(inspect, "_filesbymodname", None)
    modules: Any = getattr(inspect, "modulesbyfile", None)
    if type(names) is not dict or type(modules) is not dict:  # of a Python that keeps them elsewhere
        return
    for name, module in list(sys.modules.items()):
        held = module.__dict__ if type(module) is ModuleType else {}
        file, own = held.get("__file__"), held.get("__name__")
        if type(file) is not str or type(own) is not str or names.get(name) == file:
            continue
        try:
            path = inspect.getabsfile(module)
            modules[path] = modules[os.path.realpath(path)] = own
        except Exception:  # whoever asks for it is told
            continue
        names[name] = file
