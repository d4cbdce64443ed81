"""The functions in which a test, or a fixture that tests share, can have left something: its own, and those of the
project that they call by name."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType
from typing import Any

import pytest

from leakcheck.snapshots.frames import is_project_file

MOST = 60
"""Functions. Who calls more of them than that is not looked through."""
_OF_TESTS = ("setUp", "asyncSetUp", "setup_method", "tearDown", "asyncTearDown", "teardown_method")
_OF_CLASSES = ("setUpClass", "setup_class", "tearDownClass", "teardown_class")
_OF_MODULES = ("setUpModule", "setup_module", "tearDownModule", "teardown_module")


def functions_of(item: pytest.Item, fixture: str = "") -> list[FunctionType]:
    """Those of the test and of what only it has; those of `fixture`, if that is given."""
    first = _of_fixture(item, fixture) if fixture else _of_test(item)
    found: dict[CodeType, FunctionType] = {}
    waiting = list(_functions(first))
    while waiting and len(found) < MOST:
        function = waiting.pop(0)
        if function.__code__ not in found and is_project_file(function.__code__.co_filename):
            found[function.__code__] = function
            waiting += _functions(_called(function))
    return list(found.values())


def _of_test(item: pytest.Item) -> Iterator[Any]:
    yield getattr(item, "function", None)
    cls = getattr(item, "cls", None)
    yield from (inspect.getattr_static(cls, name, None) for name in _OF_TESTS if cls is not None)
    yield from (each.func for each in _definitions(item) if each.scope == "function")


def _of_fixture(item: pytest.Item, fixture: str) -> Iterator[Any]:
    yield from (each.func for each in _definitions(item) if each.argname == fixture)
    if fixture.startswith("_"):  # made by pytest around functions of unittest's and nose's names
        cls, module = getattr(item, "cls", None), getattr(item, "module", None)
        yield from (inspect.getattr_static(cls, name, None) for name in _OF_CLASSES if cls is not None)
        yield from (inspect.getattr_static(module, name, None) for name in _OF_MODULES if module is not None)


def _definitions(item: pytest.Item) -> Iterator[Any]:
    info = getattr(item, "_fixtureinfo", None)
    for found in getattr(info, "name2fixturedefs", {}).values():
        yield from found


def _functions(values: Iterable[Any]) -> Iterator[FunctionType]:
    for value in values:
        inner = value.__func__ if isinstance(value, (staticmethod, classmethod)) else value
        inner = inspect.unwrap(inner) if isinstance(inner, FunctionType) else getattr(inner, "__func__", inner)
        if isinstance(inner, FunctionType):
            yield inner


def _called(function: FunctionType) -> Iterator[Any]:
    """What stands under the names that it uses: in its own module, or in one that it knows by name."""
    names = function.__code__.co_names
    for name in names:
        value = function.__globals__.get(name)
        yield value
        if inspect.ismodule(value):
            yield from (vars(value).get(each) for each in names)
