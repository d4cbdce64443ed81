"""The hash seed: executions of an audit have the same, so that only their order differs; a few have others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

VARIABLE = "PYTHONHASHSEED"
_OURS = "20221"
_OTHERS = ("1", "2", "3", "4")
"""So few, as each of them is a new process. A test that fails under ours and passes under every second seed fails
under all of these once in sixteen, one that passes under every fourth once in three."""


class HashSeeds(NamedTuple):
    """`own` is that of all executions, `others` are those that may be tried: none where the user has set one, as
    then the suite never runs with another."""

    own: str
    others: tuple[str, ...]

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> HashSeeds:
        """What `environ` asks for."""
        told = environ.get(VARIABLE, "")
        return cls(_OURS, _OTHERS) if told in ("", "random") else cls(told, ())

    @property
    def control(self) -> str:
        """That of the plain run beside the collection: where nothing differs, one more was tried at no price."""
        return self.others[0] if self.others else ""
