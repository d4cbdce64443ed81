"""The entry point `pytest --leakcheck`: nothing happens, and nothing else is imported, until it is asked for."""

from __future__ import annotations

from typing import Any

import pytest


def pytest_addoption(parser: Any) -> None:
    group = parser.getgroup("leakcheck")
    group.addoption(
        "--leakcheck",
        action="store_true",
        help="audit the isolation of these tests with leakcheck instead of running them once",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: Any) -> int | None:
    if not config.option.leakcheck:
        return None
    from leakcheck.cli import main

    given = [argument for argument in config.invocation_params.args if argument != "--leakcheck"]
    return main(["run", "--", *given])
