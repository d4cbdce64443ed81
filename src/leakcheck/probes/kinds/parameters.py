"""Values with which tests and fixtures are parametrized. pytest hands the same object to each test that has it: a
dict in `params=[{...}]` of a fixture, or in one `parametrize` of two.

On demand, as values of fixtures: an object that the project's modules hold, too, goes by their name for it.
"""

from __future__ import annotations

from typing import Any

from leakcheck.probes import About, Tracking
from leakcheck.snapshots.containers import Holder
from leakcheck.snapshots.putting_back import put_back

KIND = "parameters"


class Probe:
    """Owner: the test or fixture. Key: the parameter (`params` of a fixture), which of its different values, and
    the way from that: `case[0]["rows"]`."""

    kind = KIND
    tracking: Tracking = "on demand"
    about = About(
        form="$key$path of $owner",
        whole="the parameters of $owner",
        advice=(
            "Leave parameters as they are: change a copy (`copy.deepcopy(...)`), or give a function that makes the "
            "value as the parameter."
        ),
    )

    def holds(self, holder: Holder) -> bool:
        return holder.root == KIND and holder.kind != "cache"

    def put_back(self, holder: Holder, key: Any, old: Any, *, was_there: bool) -> None:
        put_back(holder, key, old, was_there=was_there)
