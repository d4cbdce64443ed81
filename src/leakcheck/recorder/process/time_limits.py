"""Time limits that a project gives its tests (pytest-timeout): longer here.

Two lanes run at once, each test alone is the first to use what it imports, and a look line by line takes its time:
a limit that plain pytest keeps is passed then, and the failure would be ours. Who never ends is ended all the same.
"""

from __future__ import annotations

from typing import Any

import pytest

from leakcheck.records import Names, Pinpoint, Question

BESIDE_OTHERS = 4
LINE_BY_LINE = 20
LONGEST = 45.0
"""Seconds. After a minute, unless the user says otherwise, leakcheck itself ends what shows no sign of life, and
that is no failure of a test but the end of its process: the plugin is to come first, as it does in plain pytest."""


class TimeLimits:
    """A plugin: hands the limits on, so many times as long as the question needs."""

    def __init__(self, question: Question) -> None:
        self._times = LINE_BY_LINE if isinstance(question, Pinpoint | Names) else BESIDE_OTHERS

    @pytest.hookimpl(tryfirst=True, optionalhook=True)
    def pytest_timeout_set_timer(self, item: pytest.Item, settings: Any) -> Any:
        plugins: Any = item.config.pluginmanager
        others = plugins.subset_hook_caller("pytest_timeout_set_timer", remove_plugins=[self])
        longer = min(settings.timeout * self._times, LONGEST)
        return others(item=item, settings=settings._replace(timeout=max(settings.timeout, longer)))
