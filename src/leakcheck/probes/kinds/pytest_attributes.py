"""Attributes that a project puts on what pytest shares between tests: `pytest.shared`, `request.config.token`,
`request.session.users`, what is in `config.stash`; and what fixtures of wider scope put on the class or module of a
test (`request.cls.client`, `setUpClass`, `setup_module`).

On demand. pytest's own attributes are left out, and private ones.
"""

from __future__ import annotations

from typing import Any

from leakcheck.probes import About, Tracking
from leakcheck.snapshots.containers import Holder
from leakcheck.snapshots.putting_back import put_back

KIND = "pytest_attributes"


class Probe:
    """Owner: `pytest`, `config`, `session`, or a class or module of tests. Key: the attribute and the way from it:
    `shared["user"]`."""

    kind = KIND
    tracking: Tracking = "on demand"
    about = About(
        form="$key$path of $owner",
        whole="all that was put on $owner",
        advice=(
            "Hand what tests need to them by a fixture of function scope. What all tests share is to stay as it "
            "is: let a test change a copy, or set it with `monkeypatch.setattr`."
        ),
    )

    def holds(self, holder: Holder) -> bool:
        return holder.root == KIND and holder.kind != "cache"

    def put_back(self, holder: Holder, key: Any, old: Any, *, was_there: bool) -> None:
        put_back(holder, key, old, was_there=was_there)
