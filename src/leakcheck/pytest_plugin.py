"""The entry points `pytest --leakcheck` and `pytest --leakcheck-guard=...`: nothing happens, and nothing else is
imported, until one of them is asked for."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

MARKER = (
    "leakcheck(ignore=[...], reason=..., depends_on=...): "
    "state that leakcheck ignores in this test, and why; tests that it is meant to depend on"
)
_GUARD, _KINDS = "leakcheck_guard", "leakcheck_guard_kinds"
_FILES = ("leakcheck.toml", "pyproject.toml")


def pytest_addoption(parser: Any) -> None:
    group = parser.getgroup("leakcheck")
    group.addoption(
        "--leakcheck",
        action="store_true",
        help="audit the isolation of these tests with leakcheck instead of running them once",
    )
    group.addoption(
        "--leakcheck-guard",
        choices=("off", "warn", "fail", "restore"),
        help="tell of a leak where it happens, let the test that leaks fail, or put back what it left",
    )
    group.addoption("--leakcheck-guard-kinds", metavar="KINDS", help="kinds of state to guard, with commas between")
    parser.addini(_GUARD, "off, warn, fail or restore: see --leakcheck-guard", default="")
    parser.addini(_KINDS, "kinds of state to guard", default="")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: Any) -> None:
    _guard(early_config)


def pytest_configure(config: Any) -> None:
    config.addinivalue_line("markers", MARKER)
    _guard(config)  # where this plugin was loaded too late for the other hook


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: Any) -> int | None:
    if not config.option.leakcheck:
        return None
    from leakcheck.cli import main

    given = [argument for argument in config.invocation_params.args if argument != "--leakcheck"]
    return main(["run", "--", *given])


def is_guard_configured() -> bool:
    """Whether leakcheck's own configuration switches the guard on: asked where a run has to be without it."""
    return any(_guard_in(file) not in (None, "off") for file in _files() if _mentions_guard(file))


def _guard(config: Any) -> None:
    given = getattr(config.known_args_namespace, _GUARD, None)
    if given != "off" and (given or config.getini(_GUARD) or any(map(_mentions_guard, _files()))):
        from leakcheck.guard import begin

        begin(config)


def _files() -> Iterator[str]:
    """Where leakcheck's own configuration may stand: from here up to the root of the repository."""
    folder, below = os.getcwd(), ""
    while folder != below:
        yield from (os.path.join(folder, name) for name in _FILES)
        if os.path.exists(os.path.join(folder, ".git")):
            return
        folder, below = os.path.dirname(folder), folder


def _guard_in(file: str) -> object:
    import tomllib

    try:
        with open(file, "rb") as stream:
            found = tomllib.load(stream)
    except (OSError, ValueError):
        return None
    own = found if file.endswith(_FILES[0]) else found.get("tool", {}).get("leakcheck", {})
    return own.get("guard")


def _mentions_guard(file: str) -> bool:
    try:
        with open(file, "rb") as stream:
            text = stream.read()
    except OSError:
        return False
    return b"guard" in text and (b"leakcheck" in text or file.endswith(_FILES[0]))
