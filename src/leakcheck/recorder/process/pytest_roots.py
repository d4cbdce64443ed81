"""What pytest holds and no module does, for a deep look: the values of fixtures that several tests share, values of
parameters, and what the project has put on pytest's own objects."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import FunctionType, MethodType
from typing import Any, NamedTuple, Protocol

import pytest

from leakcheck.probes.kinds import fixture_values, parameters, pytest_attributes
from leakcheck.recorder.changes.owner_names import relative
from leakcheck.recorder.process.asked_for import fixtures_of
from leakcheck.snapshots.carried import Carried, names_in_class
from leakcheck.snapshots.frames import is_project_file
from leakcheck.snapshots.markers import MISSING
from leakcheck.snapshots.rooted import Root, can_hold

_OF_PYTEST = frozenset(vars(pytest))
_SHARED_BY_MODULE = ("class", "module")
"""The scopes of fixtures that may put anything on the class or module of a test."""


class Follower(Protocol):
    """Follows wider fixtures, each under a name of its own."""

    def begin(self) -> None:
        """One is about to be set up, perhaps while another is."""

    def set_up(self, fixture: str | None) -> None:
        """The last that has begun is set up; None if that failed."""

    def enter(self, roots: Sequence[Root]) -> None:
        """Its value is there."""

    def leave(self, path: str) -> None:
        """Before anything of it is torn down: what was entered there goes."""

    def over(self, fixture: str, scope: str) -> None:
        """It is torn down."""


def held_from_the_start(session: pytest.Session) -> list[Root]:
    """What is there before any test runs."""
    return [*_attributes(session), *_parameters(session.items, _root(session.config))]


def watch_fixtures(config: pytest.Config, follower: Follower, of: pytest.Item | None = None) -> None:
    """From now on `follower` is told of each wider fixture; of the set-up of those alone that `of` has, if any."""
    config.pluginmanager.register(_Fixtures(_root(config), follower, None if of is None else _fixtures_of(of)))


def _fixtures_of(item: pytest.Item) -> frozenset[int]:
    return frozenset(map(id, fixtures_of(item)))


def _root(config: pytest.Config) -> str:
    return os.path.realpath(str(config.rootpath))


# Attributes -----------------------------------------------------------------------------------------------------


def _attributes(session: pytest.Session) -> Iterator[Root]:
    config = session.config
    carriers = (
        ("pytest", vars(pytest), _OF_PYTEST),
        ("config", vars(config), names_in_class(type(config))),
        ("session", vars(session), names_in_class(type(session))),
    )
    for owner, state, own in carriers:
        yield Root(pytest_attributes.KIND, owner, Carried(state, own))
    for owner, each in (("config", config), ("session", session)):
        yield Root(pytest_attributes.KIND, f"{owner}.stash", getattr(each.stash, "_storage", None))


# Parameters -----------------------------------------------------------------------------------------------------


class _Given(NamedTuple):
    """One parameter of a test: whose it is, its name, its place in what pytest makes of all parameters."""

    owner: str
    name: str
    place: int
    value: object


def _parameters(items: Iterable[pytest.Item], root: str) -> Iterator[Root]:
    """One object may be given to several: it goes by the first name in the order of names."""
    found = sorted((each for item in items for each in _given(item, root)), key=lambda each: each[:3])
    numbers: dict[tuple[str, str], dict[int, int]] = {}
    for owner, name, _, value in found:
        known = numbers.setdefault((owner, name), {})
        if id(value) not in known:
            known[id(value)] = len(known)
            yield Root(parameters.KIND, owner, value, f"{name}[{known[id(value)]}]")


def _given(item: pytest.Item, root: str) -> Iterator[_Given]:
    callspec = getattr(item, "callspec", None)
    given = getattr(callspec, "params", None)
    if callspec is not None and type(given) is dict and any(map(can_hold, given.values())):
        for name, value in given.items():
            yield _Given(*_parametrized(item, name, root), callspec.indices.get(name, 0), value)


def _parametrized(item: pytest.Item, name: str, root: str) -> tuple[str, str]:
    """The fixture that has the parameter, or else the test; and what people write for its values there."""
    fixtures = getattr(getattr(item, "_fixtureinfo", None), "name2fixturedefs", {}).get(name)
    if fixtures and fixtures[-1].params:
        return f"fixture {_fixture_name(fixtures[-1], root)}", "params"
    return _without_colon(item.nodeid.partition("[")[0]), name


# Fixtures -------------------------------------------------------------------------------------------------------


class _Fixtures:
    def __init__(self, root: str, follower: Follower, wanted: frozenset[int] | None) -> None:
        self._root = root
        self._follower = follower
        self._wanted = wanted
        self._alive: dict[int, tuple[str, str]] = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
    ) -> Generator[None, Any, Any]:
        if fixturedef.scope == "function":  # no other test is handed its value
            return (yield)
        owner = f"{fixturedef.scope} fixture {_fixture_name(fixturedef, self._root)}"
        carriers = dict(_carriers(fixturedef, request))
        before = {place: dict(names) for place, names in carriers.items()}
        value = yield from self._set_up(fixturedef, owner)
        put = [
            Root(pytest_attributes.KIND, place, new, name)
            for place, names in carriers.items()
            for name, new in dict(names).items()
            if type(name) is str and before[place].get(name, MISSING) is not new
        ]
        roots = [Root(fixture_values.KIND, owner, value), *put]
        self._follower.enter(roots)
        for root in roots:
            fixturedef.addfinalizer(partial(self._follower.leave, root.path))
        return value

    def _set_up(self, fixturedef: pytest.FixtureDef[Any], owner: str) -> Generator[None, Any, Any]:
        if self._wanted is not None and id(fixturedef) not in self._wanted:
            return (yield)
        self._follower.begin()
        done = None
        try:
            value = yield
            done = owner
        finally:
            self._follower.set_up(done)
        self._alive[id(fixturedef)] = owner, str(fixturedef.scope)
        return value

    def pytest_fixture_post_finalizer(self, fixturedef: pytest.FixtureDef[Any]) -> None:
        alive = self._alive.pop(id(fixturedef), None)
        if alive is not None:
            self._follower.over(*alive)


def _carriers(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The names of what a fixture may put attributes on: the class and the module of its tests, its own module."""
    item = getattr(request, "_pyfuncitem", None)
    if fixturedef.scope in _SHARED_BY_MODULE:
        module, kind = getattr(item, "module", None), getattr(item, "cls", None)
        if kind is not None and fixturedef.scope == "class":
            yield f"class {kind.__module__}.{kind.__qualname__}", type.__getattribute__(kind, "__dict__")
        if module is not None:
            yield f"module {module.__name__}", vars(module)
    names = getattr(_innermost(fixturedef.func), "__globals__", None)
    if type(names) is dict and type(names.get("__name__")) is str:
        yield f"module {names['__name__']}", names


def _fixture_name(fixturedef: pytest.FixtureDef[Any], root: str) -> str:
    """`body (tests/conftest.py)`: the same in every process."""
    function = _innermost(fixturedef.func)
    code = getattr(function, "__code__", None)
    file = code.co_filename if code is not None else ""
    place = relative(os.path.realpath(file), root) if is_project_file(file) else fixturedef.baseid
    classes = getattr(function, "__qualname__", "").rpartition(".")[0].rpartition("<locals>")[2].lstrip(".")
    name = f"{classes}.{fixturedef.argname}" if classes else fixturedef.argname
    return _without_colon(f"{name} ({place})" if place else name)


def _without_colon(text: str) -> str:
    """It is to stand between an owner and a key."""
    return text.replace("::", " ").replace(":", "_")


def _innermost(function: Any) -> Any:
    """The project's own function, which plugins for asynchronous tests put others around."""
    while type(function) in (FunctionType, MethodType):
        inner = function.__func__ if type(function) is MethodType else function.__dict__.get("__wrapped__")
        if inner is None:
            break
        function = inner
    return function
