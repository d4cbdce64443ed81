"""Values of fixtures that several tests share: of the scopes class, module, package and session. pytest hands the
same object to each test, and no module holds it.

On demand: a look at all that such fixtures hold, around every test, would cost as much as the largest of them; and
what a test leaves there alone is gone with its fixtures before anybody could meet it.
"""

from __future__ import annotations

from leakcheck.probes import About
from leakcheck.probes.contract import Rooted

KIND = "fixture_values"


class Probe(Rooted):
    """Owner: the fixture, with its scope and file. Key: the way from its value to what was changed: `["status"]`,
    `lines[0].price`."""

    kind = KIND
    about = About(
        form="value$dotted$path of $owner",
        whole="value of $owner",
        advice=(
            "Give the fixture the scope `function`, or let it hand out a copy: a fixture of function scope that "
            "returns `copy.deepcopy(...)` of the shared value. If the code under test is not meant to change what "
            "it is given, the mistake is there."
        ),
    )
