"""The plan as a file: a plugin of pytest that needs nothing but pytest, and can be read and committed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

PlanKind = Literal["xdist", "split"]
_HEAD = '''"""Written by `leakcheck order`: tests shared out so that none meets what another one leaves. Run it with

    {command}

Made for {number} {what}, of an audit of {tests}. New tests run last, in the last share.
"""

import pytest

KIND = "{kind}"
SHARES = (
{shares})
'''
_BODY = '''

def pytest_configure(config):
    number = _shares_of_this_run(config)
    if number not in (None, len(SHARES)):
        raise pytest.UsageError(f"this plan is for {len(SHARES)}, not for {number}: see `leakcheck order -h`")


def _shares_of_this_run(config):
    """How many there are; None where the tests are not shared out, and the plan says nothing."""
    if KIND == "split":
        return config.getoption("splits", None)
    if hasattr(config, "workerinput"):
        return config.workerinput["workercount"]
    return len(config.option.tx) if getattr(config.option, "dist", "no") != "no" else None


class _Places(dict):
    """test -> its share, counted from 0, and its place there. Whoever is not planned comes last."""

    def __missing__(self, test):
        planned = test.rpartition("@")[0]  # --dist loadgroup adds the group
        return self[planned] if planned in self else (len(SHARES) - 1, len(self))


PLACES = _Places({test: (share, place) for share, tests in enumerate(SHARES) for place, test in enumerate(tests)})


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Each worker gets one share, whatever --dist says."""
    from xdist.scheduler import LoadScopeScheduling

    class OneShareEach(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return f"share {PLACES[nodeid][0] + 1}"

    return OneShareEach(config, log)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config, items):
    everything = list(items)
    result = yield
    if _shares_of_this_run(config) is not None:
        if KIND == "split":
            items[:] = [item for item in everything if PLACES[item.nodeid][0] == config.getoption("group") - 1]
        items.sort(key=lambda item: PLACES[item.nodeid])
    return result
'''


@dataclass(frozen=True)
class Plan:
    """How tests are shared out, and to what: workers of pytest-xdist, or shards of pytest-split."""

    kind: PlanKind
    shares: tuple[tuple[str, ...], ...]

    @property
    def what(self) -> str:
        return "workers of pytest-xdist" if self.kind == "xdist" else "shards of pytest-split"

    def arguments(self, plugin: str, shard: int = 1) -> list[str]:
        """What pytest has to be told; for a shard, that it is this one."""
        number = str(len(self.shares))
        if self.kind == "split":
            return ["-p", plugin, "--splits", number, "--group", str(shard)]
        return ["-p", plugin, "-n", number]


def text_of(plan: Plan, command: str, tests: str) -> str:
    """The plugin. `command` runs it, `tests` tells how many there are."""
    shares, number = _shares(plan.shares), len(plan.shares)
    head = _HEAD.format(command=command, number=number, what=plan.what, tests=tests, kind=plan.kind, shares=shares)
    return head + _BODY


def _shares(shares: Sequence[Sequence[str]]) -> str:
    """As Python: every id as a literal of one line."""
    parts = ("".join(f"        {json.dumps(test)},\n" for test in tests) for tests in shares)
    return "".join(f"    (\n{part}    ),\n" if part else "    (),\n" for part in parts)
