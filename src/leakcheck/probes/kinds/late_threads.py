"""Threads that a test has started and that end a little later by themselves, in somebody else's time.

What such a thread does then (a write, a request, a log record) is met by whoever runs. Most that outlive their test
by a moment hurt nobody, so that they are looked at only to explain what nothing else does; proven by waiting for
them in between.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from leakcheck.probes import About, Setting, Tracking, Values
from leakcheck.probes.kinds.threads import running_threads

MOMENT, PATIENCE = 0.01, 500
"""Seconds, and how often so many are waited for threads to end: five seconds in all."""
_sleep = time.sleep  # a test may replace it


class Probe(Setting):
    """Owner: `threading`. Key: what runs in the thread. Value: how many there are."""

    kind = "late_threads"
    tracking: Tracking = "on demand"
    about = About(
        form="threads that end after their test: $key",
        whole="threads that end after their test",
        advice="Join what the test starts before it is over, or put a fake in the place of what starts it.",
        put_back="apart",
    )

    def read(self) -> Values:
        return Counter(running_threads())

    def candidates(self, before: Values, after: Values) -> Iterable[tuple[str, str]]:
        """What there is more of."""
        return [each for each, number in after.items() if number > before.get(each, 0)]

    def put_back(self, owner: str, key: str, value: Any) -> None:
        """Wait until they have ended. Those that do not end are left alone."""
        for _ in range(PATIENCE):
            if self.read().get((owner, key), 0) <= (value or 0):
                return
            _sleep(MOMENT)
