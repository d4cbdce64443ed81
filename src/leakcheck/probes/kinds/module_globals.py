"""Globals and whatever can be reached from them: names of modules and classes, attributes of objects, closures, and
what lists, dicts and sets hold.

Compared: the project's own modules around every test that runs alone, and the functions and classes of everybody's
modules; all modules around the tests of a witness that nothing else explains. What some test alone has changed is
looked at after every test of every order from then on.
"""

from __future__ import annotations

from typing import Any

from leakcheck.probes import Tracking
from leakcheck.snapshots.containers import Holder, put_back


class Probe:
    """Owner: a module. Key: the way from it to a value: `Policy.limit`, `PRICES["mug"]["cents"]`."""

    kind = "module_globals"
    tracking: Tracking = "compared"

    def holds(self, holder: Holder) -> bool:
        return holder.kind != "cache"

    def put_back(self, holder: Holder, key: Any, old: Any, *, was_there: bool) -> None:
        put_back(holder, key, old, was_there=was_there)
