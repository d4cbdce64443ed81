"""Limits of pytest-timeout: handed on to whoever sets the timer, longer."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest

from leakcheck.recorder.process.time_limits import BESIDE_OTHERS, LINE_BY_LINE, LONGEST, TimeLimits
from leakcheck.records import Alone, Location, Pinpoint, Question

timeout = pytest.importorskip("pytest_timeout")


class Settings(NamedTuple):
    timeout: float
    method: str = "signal"


class Timer:
    """Stands for pytest-timeout's own implementation, or another plugin's."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def pytest_timeout_set_timer(self, item: Any, settings: Settings) -> bool:
        self.seconds.append(settings.timeout)
        return True


def set_by(question: Question, seconds: float = 2.0) -> list[float]:
    plugins = pytest.PytestPluginManager()
    plugins.add_hookspecs(timeout.TimeoutHooks)
    timer = Timer()
    plugins.register(timer)
    plugins.register(TimeLimits(question))
    item = SimpleNamespace(config=SimpleNamespace(pluginmanager=plugins))
    assert plugins.hook.pytest_timeout_set_timer(item=item, settings=Settings(seconds)) is True
    return timer.seconds


def test_the_timer_is_set_once_to_a_longer_time() -> None:
    assert set_by(Alone()) == [2.0 * BESIDE_OTHERS]


def test_line_by_line_all_takes_much_longer() -> None:
    assert set_by(Pinpoint((Location("environ", "os.environ", "A"),))) == [2.0 * LINE_BY_LINE]


def test_it_comes_before_leakcheck_itself_ends_the_test() -> None:
    assert set_by(Alone(), 30.0) == [LONGEST]
    assert set_by(Alone(), 300.0) == [300.0], "never shorter"


def test_without_pytest_timeout_it_is_no_plugin_at_all() -> None:
    plugins = pytest.PytestPluginManager()
    plugins.register(TimeLimits(Alone()))
    plugins.check_pending()
