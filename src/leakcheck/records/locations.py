"""Named pieces of state."""

from __future__ import annotations

from dataclasses import dataclass

ENTRY = r'\[(?:[^\[\]"]|"(?:[^"\\]|\\.)*")*\]'
"""A regular expression of the step from a container to one of its entries, as keys of locations write it:
`["mug"]`, `[3]`, `[("mug", "EUR")]`, `[class shop.Mug]`."""
WHOLE = "*"
"""The key of a read that consulted a whole owner: all cookies of a client, every attribute of a state."""


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """One named piece of state."""

    kind: str
    owner: str
    key: str

    def covers(self, other: Location) -> bool:
        """Whether a read of this location consults `other`."""
        return self.kind == other.kind and self.owner == other.owner and self.key in (other.key, WHOLE)
