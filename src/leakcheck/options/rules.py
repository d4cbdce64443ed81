"""Rules that tell what is not to be counted: patterns, a reason, and the last day on which they hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

ANY = "*"


@dataclass(frozen=True)
class Ignore:
    """One rule. In the patterns `*` stands for any text and `?` for one character; nothing else is special.

    `until` is the last day on which it holds, None for ever. `origin` is where the user wrote it.
    """

    reason: str
    kind: str = ANY
    owner: str = ANY
    key: str = ANY
    code: str = ANY
    test: str = ANY
    file: str = ANY
    until: date | None = None
    origin: str = ""

    @property
    def patterns(self) -> dict[str, str]:
        """What it names, by the name of the pattern."""
        named = {name: getattr(self, name) for name in ("code", "kind", "owner", "key", "test", "file")}
        return {name: pattern for name, pattern in named.items() if pattern != ANY}

    @property
    def about_state(self) -> bool:
        """Whether it names a location, so that it says nothing of findings that have none."""
        return any(pattern != ANY for pattern in (self.kind, self.owner, self.key))

    def expired(self, today: date) -> bool:
        return self.until is not None and today > self.until


def matches(pattern: str, text: str) -> bool:
    """Whether `text` as a whole fits `pattern`."""
    return pattern == ANY or _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    parts = (".*" if part == "*" else "." if part == "?" else re.escape(part) for part in pattern)
    return re.compile("".join(parts), re.DOTALL)
