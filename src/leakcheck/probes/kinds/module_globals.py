"""Globals and whatever can be reached from them: names of modules and classes, attributes of objects, closures, and
what lists, dicts and sets hold.

Compared: the project's own modules around every test that runs alone, and the functions and classes of everybody's
modules; all modules around the tests of a witness that nothing else explains. What some test alone has changed is
looked at after every test of every order from then on.
"""

from __future__ import annotations

from typing import Any

from leakcheck.probes import About, Tracking
from leakcheck.snapshots.containers import Holder
from leakcheck.snapshots.putting_back import put_back
from leakcheck.snapshots.replacing import replace_everywhere


class Probe:
    """Owner: a module. Key: the way from it to a value: `Policy.limit`, `PRICES["mug"]["cents"]`."""

    kind = "module_globals"
    tracking: Tracking = "compared"
    about = About(
        form="$owner$dotted$path",
        whole="all globals of $owner",
        advice=(
            "Replace attributes with `monkeypatch.setattr` or `with mock.patch(...)`: these undo it. A patcher "
            "that is started needs its `stop()` (`self.addCleanup(patcher.stop)` in classes of unittest)."
        ),
        entry_advice=(
            "What tests put into a container goes with them: set entries of a dict by `monkeypatch.setitem`, or "
            "keep a copy in a fixture and put the content back behind the yield, in place: others hold it, too."
        ),
        whole_advice=(
            "What others have imported from a reloaded module stays what it was before. Change what the test needs "
            "with `monkeypatch.setattr` instead of reloading, or look at a fresh module in a process of its own."
        ),
        example='def test_with_the_fake(monkeypatch):\n    monkeypatch.setattr("$target", ...)\n',
    )

    def holds(self, holder: Holder) -> bool:
        return holder.kind != "cache" and not holder.root

    def put_back(self, holder: Holder, key: Any, old: Any, *, was_there: bool) -> None:
        """An iterator cannot go back: a fresh one, which stands where it stood, takes its place."""
        if holder.kind == "position":
            replace_everywhere(holder.value.iterator, holder.value.renew())
            return
        put_back(holder, key, old, was_there=was_there)
