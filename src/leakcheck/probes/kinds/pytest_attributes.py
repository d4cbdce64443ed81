"""Attributes that a project puts on what pytest shares between tests: `pytest.shared`, `request.config.token`,
`request.session.users`, what is in `config.stash`; and what fixtures of wider scope put on the class or module of a
test (`request.cls.client`, `setUpClass`, `setup_module`).

On demand. pytest's own attributes are left out, and private ones.
"""

from __future__ import annotations

from leakcheck.probes import About
from leakcheck.probes.contract import Rooted

KIND = "pytest_attributes"


class Probe(Rooted):
    """Owner: `pytest`, `config`, `session`, or a class or module of tests. Key: the attribute and the way from it:
    `shared["user"]`."""

    kind = KIND
    about = About(
        form="$key$path of $owner",
        whole="all that was put on $owner",
        advice=(
            "Hand what tests need to them by a fixture of function scope. What all tests share is to stay as it "
            "is: let a test change a copy, or set it with `monkeypatch.setattr`."
        ),
    )
