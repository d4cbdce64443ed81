"""Sets of names, small enough to be stored with every test: which names they hold is told, at times too many.

A name is a bit, found by a checksum of it (Bloom 1970, with one hash function): what is in the set is always found,
and of what is not, one in a few hundreds, too. So such a set may stand where a superset does.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable

BITS = 1 << 19
_BYTES = BITS >> 3
EVERYTHING = "*"
"""As text, the set of all names."""
_crc, _squeezed, _text = zlib.crc32, zlib.compress, base64.b64encode


def encoded(names: Iterable[str]) -> str:
    """The set of `names` as text; never ""."""
    bits = bytearray(_BYTES)
    for name in names:
        at = place(name)
        bits[at >> 3] |= 1 << (at & 7)
    return _text(_squeezed(bytes(bits), 1)).decode("ascii")


class NameSet:
    """A set that was `encoded`; what is no such text is taken for the set of all names."""

    def __init__(self, text: str) -> None:
        self._bits = _bits(text)

    def may_hold(self, places: Iterable[int]) -> bool:
        """Whether one of the names that are at these `place`s may be in the set: never False if one is."""
        return any(self._bits[place >> 3] >> (place & 7) & 1 for place in places)


def _bits(text: str) -> bytes:
    try:
        bits = zlib.decompress(base64.b64decode(text, validate=True))
    except (ValueError, zlib.error):
        bits = b""
    return bits if len(bits) == _BYTES else b"\xff" * _BYTES


def place(name: str) -> int:
    """The bit of a name."""
    return _crc(name.encode("utf-8", "surrogatepass")) % BITS
