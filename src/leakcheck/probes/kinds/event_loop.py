"""asyncio's event loop of the main thread: the policy, the loop that is set, whether one was ever set.

Plugins for asynchronous tests make and close loops all the time: it is looked at only to explain what nothing else
does. It is read without making a policy or a loop.
"""

from __future__ import annotations

import contextlib
import sys
from typing import Any

from leakcheck.probes import About, Setting, Tracking, Values

_LOCAL = {"event loop": "_loop", "event loop set": "_set_called"}


class Probe(Setting):
    """Owner: `asyncio`. Key: `event loop policy`, `event loop` or `event loop set`."""

    kind = "event_loop"
    tracking: Tracking = "on demand"
    by_use = True
    about = About(form="the $key of asyncio", whole="the event loop of asyncio")

    def read(self) -> Values:
        events = sys.modules.get("asyncio.events")
        if events is None:
            return {}
        policy = getattr(events, "_event_loop_policy", None)
        local = getattr(policy, "_local", None)
        found = {("asyncio", key): getattr(local, name, None) for key, name in _LOCAL.items()}
        return {("asyncio", "event loop policy"): policy, **found}

    def put_back(self, owner: str, key: str, value: Any) -> None:
        events: Any = sys.modules["asyncio.events"]
        local = getattr(getattr(events, "_event_loop_policy", None), "_local", None)
        if key == "event loop policy":
            events._event_loop_policy = value
        elif local is not None and value is None:
            with contextlib.suppress(AttributeError):
                delattr(local, _LOCAL[key])
        elif local is not None:
            setattr(local, _LOCAL[key], value)
