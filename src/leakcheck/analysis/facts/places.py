"""Locations by their owners: which of them a test reads is asked without looking at all others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace

from leakcheck.records import WHOLE, Location


@dataclass(frozen=True, slots=True)
class Places:
    """Locations, in their order, by kind and owner."""

    every: Mapping[Location, None]
    by_owner: Mapping[tuple[str, str], Mapping[Location, None]]

    @classmethod
    def of(cls, locations: Iterable[Location]) -> Places:
        every = dict.fromkeys(locations)
        by_owner: dict[tuple[str, str], dict[Location, None]] = {}
        for each in every:
            by_owner.setdefault((each.kind, each.owner), {})[each] = None
        return cls(every, by_owner)

    def covered(self, reads: Set[Location]) -> Iterator[Location]:
        """Those that `reads` consult, each once."""
        if len(self.every) <= len(reads):
            yield from (each for each in self.every if each in reads or replace(each, key=WHOLE) in reads)
            return
        for read in reads:
            own = self.by_owner.get((read.kind, read.owner), {})
            if read.key == WHOLE:
                yield from own
            elif read in own and replace(read, key=WHOLE) not in reads:
                yield read

    def concern(self, read: Location) -> bool:
        """Whether `read` consults one of them."""
        own = self.by_owner.get((read.kind, read.owner), {})
        return bool(own) if read.key == WHOLE else read in own
