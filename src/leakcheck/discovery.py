"""One extension, one file: how a package finds its own."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import Any


def module_names(package: ModuleType) -> list[str]:
    """The names of the modules of `package`, sorted."""
    return sorted(info.name for info in pkgutil.iter_modules(package.__path__))


def classes(package: ModuleType, name: str) -> list[Any]:
    """The class `name` of each of these modules, in the order of their names."""
    modules = (importlib.import_module(f"{package.__name__}.{module}") for module in module_names(package))
    return [getattr(module, name) for module in modules]


def instances(package: ModuleType, name: str) -> list[Any]:
    """An instance of each of these classes."""
    return [each() for each in classes(package, name)]
