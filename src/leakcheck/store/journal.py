"""What the segment `audit` tells of the others: which executions ended, with which last line, and which count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from leakcheck.wire import events, segments


@dataclass(frozen=True)
class Journal:
    """Executions that ended, each with the seal of its last line, and those that are no evidence; `closed`: none is
    under way, or nobody can know of it. An audit of format 1 `kept` no such list."""

    ended: Mapping[str, str]
    disowned: frozenset[str]
    closed: bool = False
    kept: bool = True

    @classmethod
    def of(cls, content: segments.Content) -> Journal:
        ended: dict[str, str] = {}
        disowned: set[str] = set()
        for event in content.events:
            if isinstance(event, events.Ended):
                ended[event.execution] = event.seal
                disowned.discard(event.execution)
            elif isinstance(event, events.Disowned):
                disowned.update(event.executions)
        closed = bool(content.damage) or any(isinstance(event, events.Completed) for event in content.events[-1:])
        return cls(ended, frozenset(disowned), closed, content.format != events.UNSEALED)

    def is_complete(self, tag: str, content: segments.Content) -> bool:
        """Whether `content` is all of an execution that ended."""
        if not self.kept:
            return any(isinstance(event, events.Exit) for event in content.events)
        return not content.damage and self.ended.get(tag) == content.seal

    def is_damaged(self, tag: str, content: segments.Content) -> bool:
        """Whether `content` is not what was written: that of an execution under way just has no end."""
        if not self.kept or self.is_complete(tag, content):
            return False
        has_end = any(isinstance(event, events.Exit) for event in content.events)
        is_another = any(isinstance(event, events.Header) and event.tag != tag for event in content.events[:1])
        return bool(content.damage) or has_end or is_another or self.closed or tag in self.ended

    def missing(self, tags: Iterable[str]) -> frozenset[str]:
        """Executions that ended and are not among `tags`."""
        return frozenset(self.ended) - frozenset(tags) - self.disowned
