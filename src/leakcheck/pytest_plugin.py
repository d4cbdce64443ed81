"""The entry point `pytest --leakcheck`: nothing happens, and nothing else is imported, until it is asked for."""

from __future__ import annotations

from typing import Any

import pytest

MARKER = (
    "leakcheck(ignore=[...], reason=..., depends_on=...): "
    "state that leakcheck ignores in this test, and why; tests that it is meant to depend on"
)


def pytest_addoption(parser: Any) -> None:
    group = parser.getgroup("leakcheck")
    group.addoption(
        "--leakcheck",
        action="store_true",
        help="audit the isolation of these tests with leakcheck instead of running them once",
    )


def pytest_configure(config: Any) -> None:
    config.addinivalue_line("markers", MARKER)


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: Any) -> int | None:
    if not config.option.leakcheck:
        return None
    from leakcheck.cli import main

    given = [argument for argument in config.invocation_params.args if argument != "--leakcheck"]
    return main(["run", "--", *given])
