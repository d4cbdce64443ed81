"""Profiles: named answers to the question how thorough an audit is to be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from leakcheck.options.model import ProfileName


@dataclass(frozen=True)
class Profile:
    """`values` are the options that it sets. `isolate_all`: every test runs alone, not only those under suspicion.
    `rows`: so do tests that leave nothing, one behind the other in one process, until there is reason for more.
    `search`: leaked values are put in front of everybody who reads them. `fresh`: printed commands are run, each in
    a new process, or with `warm`, but for the first, in forks of one that has imported installed packages.
    `by_names`: what lies in modules is put in front of those alone whose code has a name for it. So many `couples`
    of leaked values meet their readers by themselves, more of them in crowds. Of tests that leave an equal value so
    many `samples`, at least two, stand for all in front of a test whose outcome none of them changes (0: each is
    asked about). `limits` tells, in whole sentences,
    what an audit of this profile does not cover."""

    values: Mapping[str, Any] = field(default_factory=dict)
    isolate_all: bool = True
    rows: bool = True
    search: bool = True
    fresh: bool = True
    warm: bool = True
    by_names: bool = True
    couples: int = 8
    samples: int = 4
    limits: tuple[str, ...] = ()


_ORDERS = (
    "The quick profile ran the declared order, its reverse and the random orders; alone it ran only tests that "
    "these put under suspicion."
)
_OPEN = (
    "It did not look for leaks that broke nothing in these orders, for tests that fail alone but passed in all of "
    "them, nor for tests that fail when they run again."
)
_FORKED = "The commands that it prints were not run in processes of their own."

PROFILES: Mapping[ProfileName, Profile] = {
    "quick": Profile(
        values={"random": 1, "random_until": "all", "depth": 1, "budget": 3.0, "budget_unit": "runs"},
        isolate_all=False,
        search=False,
        fresh=False,
        limits=(_ORDERS, _OPEN, _FORKED),
    ),
    "standard": Profile(),
    "thorough": Profile(
        values={"random": 10, "random_until": "all", "depth": 3, "budget": 100.0, "budget_unit": "runs"},
        rows=False,
        warm=False,
        by_names=False,
        couples=400,
        samples=0,
    ),
}
