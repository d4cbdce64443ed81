"""Values with which tests and fixtures are parametrized. pytest hands the same object to each test that has it: a
dict in `params=[{...}]` of a fixture, or in one `parametrize` of two.

On demand, as values of fixtures: an object that the project's modules hold, too, goes by their name for it.
"""

from __future__ import annotations

from leakcheck.probes import About
from leakcheck.probes.contract import Rooted

KIND = "parameters"


class Probe(Rooted):
    """Owner: the test or fixture. Key: the parameter (`params` of a fixture), which of its different values, and
    the way from that: `case[0]["rows"]`."""

    kind = KIND
    about = About(
        form="$key$path of $owner",
        whole="the parameters of $owner",
        advice=(
            "Leave parameters as they are: change a copy (`copy.deepcopy(...)`), or give a function that makes the "
            "value as the parameter."
        ),
    )
