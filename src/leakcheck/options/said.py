"""What people say to choose an option: a field of the options carries it, and everything else is derived."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

SAID = "said"
"""The name in the metadata of a field."""
T = TypeVar("T")


@dataclass(frozen=True)
class Compound:
    """One text that stands for several fields. `parse` raises ValueError; `expected` is told of a file's value, and
    `wrong` and `hint` of a command line's."""

    fields: tuple[str, ...]
    parse: Callable[[str], tuple[Any, ...]]
    expected: str
    wrong: str
    hint: str


@dataclass(frozen=True)
class Said:
    """How people choose an option, beside its name, its type and its default.

    `help` is what the command line tells of it, "" if it is not chosen there. `is_argument`: there it has no name.
    `least` is the smallest number that will do. `usual` tells a default that is not the same everywhere.
    `relative`: in a file, a path is relative to the file, and so is a program that is not just a name.
    """

    help: str = ""
    is_argument: bool = False
    least: float | None = None
    usual: str = ""
    relative: Literal["", "path", "program"] = ""
    compound: Compound | None = None

    @property
    def metadata(self) -> Mapping[str, Said]:
        """For the field."""
        return {SAID: self}


def option(default: T, said: Said) -> T:
    """A field of the options."""
    return field(default=default, metadata=said.metadata)
