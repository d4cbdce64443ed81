"""What the file of a part tells of itself before anybody reads the audit in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from leakcheck.errors import Unreadable
from leakcheck.wire.flat import Flat

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """The part `shard` of `shards` (0 of 0: a whole audit): made by which leakcheck, with which options, in which
    environment, of which `sources` (a digest by path). `share` are the tests that it is about, `orders` the names
    of the orders of the whole suite that it has run; `finished` says whether it came to its end."""

    format: int
    leakcheck: str
    created: str
    shard: int
    shards: int
    tests: int
    python: str
    pytest: str
    finished: bool
    options: Mapping[str, str] = field(default_factory=dict)
    distributions: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    share: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """What the part is called in sentences."""
        return f"shard {self.shard} of {self.shards}" if self.shards else "a whole audit"


_MANIFEST = Flat(Manifest)


def encode_manifest(manifest: Manifest) -> bytes:
    """As text, to be read by people, too."""
    return (json.dumps(_MANIFEST.plain(manifest), indent=1, ensure_ascii=True) + "\n").encode("ascii")


def decode_manifest(data: bytes) -> Manifest:
    """`Unreadable` if it is anything else, or of another format."""
    try:
        body = json.loads(data.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise Unreadable("its manifest is no JSON") from error
    if not isinstance(body, dict):
        raise Unreadable("its manifest is no JSON object")
    if body.get("format") != FORMAT:
        told = f"it is of format {body.get('format')!r:.20}; this leakcheck reads format {FORMAT}"
        raise Unreadable(told, hint="Use the leakcheck that wrote it.")
    return _MANIFEST.read(body)
