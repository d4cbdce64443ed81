"""One extension, one file: how a package finds its own, and what other packages add."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Container, Iterable
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any


def module_names(package: ModuleType) -> list[str]:
    """The names of the modules of `package`, sorted."""
    return sorted(info.name for info in pkgutil.iter_modules(package.__path__))


def classes(package: ModuleType, name: str, without: Container[str] = ()) -> list[Any]:
    """The class `name` of each of these modules, in the order of their names; those `without` are not loaded."""
    wanted = (module for module in module_names(package) if module not in without)
    modules = (importlib.import_module(f"{package.__name__}.{module}") for module in wanted)
    return [getattr(module, name) for module in modules]


def instances(package: ModuleType, name: str, without: Container[str] = ()) -> list[Any]:
    """An instance of each of these classes."""
    return [each() for each in classes(package, name, without)]


def take_added(group: str, noun: str, take: Callable[[Any], None]) -> list[str]:
    """Give `take` what each installed package adds by the entry point `group`, in the order of the names.

    Returns a sentence, with `noun` for what it is, for each that is left out: whatever loading or taking it raised.
    """
    problems: list[str] = []
    for point in sorted(entry_points(group=group), key=lambda point: point.name):
        try:
            take(point.load())
        except Exception as error:  # whatever is wrong with it, the audit goes on without it
            problems.append(f"{_label(point, noun)} is left out: {type(error).__name__}: {error}")
    return problems


def _label(point: EntryPoint, noun: str) -> str:
    source = f" of {point.dist.name}" if point.dist is not None else ""
    return f"the {noun} {point.name}{source} ({point.value})"


def refuse(faults: Iterable[str]) -> None:
    """TypeError with the first of `faults`, if there is one."""
    for fault in faults:
        raise TypeError(fault)
