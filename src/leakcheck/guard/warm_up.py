"""What is no leak although it was changed: what the first use of a thing makes, and what cleans up behind others.

First uses build tables, fill caches and import modules.

A plain run cannot make it again to see that it comes out equal. So what may be such a thing is not counted when it
is made, whoever comes first; a test that changes it later does not find it absent any more, and is told.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection

from leakcheck.records import WHOLE, Change, Location, Source
from leakcheck.snapshots.frames import is_project_module

_HELD, _CACHES, _VARIABLES = "module_globals", "caches", "environ"


class WarmUp:
    """Knows how many modules were loaded when the test began (what an import makes is its own), and what stood
    everywhere before anything was left there (whoever brings that back has cleaned up)."""

    def __init__(self) -> None:
        self._modules = len(sys.modules)
        self._first: dict[Location, str] = {}

    def is_cleaned_up(self, change: Change) -> bool:
        """Whether what was left there before is gone by it. To be asked of every change, in their order."""
        first = self._first.setdefault(change.location, change.before_digest)
        return first == change.digest and not change.over

    def is_made_by_use(self, change: Change, consulted: Collection[Location]) -> bool:
        """Whether the first use of something may have made it."""
        if change.internal or _is_of_library(change.location):
            return True
        if change.sources and any(source.line for source in change.sources):
            return change.from_nothing and _is_lazy(change, consulted) and not any(map(is_of_tests, change.sources))
        if change.location.kind == "threads":
            return not _is_projects_thread(change.location.key)
        if not change.from_nothing:
            return False
        return change.location.kind == _HELD or len(sys.modules) > self._modules

    def settle(self) -> None:
        """A test is over."""
        self._modules = len(sys.modules)


def _is_of_library(place: Location) -> bool:
    """Whether it is a cache, or has a name that Python leaves to libraries: Pydantic gives dataclasses another
    `__init__` when it meets them first."""
    return place.kind == _CACHES or (place.kind == _HELD and has_library_name(place))


def has_library_name(place: Location) -> bool:
    """Whether its last name is one that Python leaves to itself and to libraries."""
    last = place.key.rpartition(".")[2]
    return last.startswith("__") and last.endswith("__")


def _is_lazy(change: Change, consulted: Collection[Location]) -> bool:
    """Whether it was looked for, before it was made. A variable is looked for by its name: who lists the whole
    environment, before or after, does so for another reason."""
    place = change.location
    whole = place.kind != _VARIABLES and Location(place.kind, place.owner, WHOLE) in consulted
    return whole or place in consulted


def is_of_tests(source: Source) -> bool:
    """Whether a line stands in a file of tests: nothing there is built by being used."""
    return is_file_of_tests(source.file)


def is_file_of_tests(file: str) -> bool:
    name = os.path.basename(file)
    return name == "conftest.py" or name.startswith("test_") or name.endswith("_test.py")


def _is_projects_thread(key: str) -> bool:
    """Whether the project's own code runs in it, or a client that was entered and never left."""
    module = key.removeprefix("timer of ").removeprefix("function ").partition(":")[0]
    return (" " in key and "portal" in key) or is_project_module(module)
