"""Changes of source, each named by what it means. Several of one file are made together, whoever wants them.

Lines are those of the source as it was audited: an edit stays true whatever other edits do above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Import:
    """`import name`, or `from module import name`, each with another name where there is one."""

    name: str
    module: str = ""
    alias: str = ""


@dataclass(frozen=True, slots=True)
class AskFor:
    """The function asks for a fixture; with the annotation, where its other parameters have theirs."""

    function: str
    name: str
    annotation: str = ""


@dataclass(frozen=True, slots=True)
class Swap:
    """These statements in place of the one that begins at this line; none takes it away."""

    line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Before:
    """These statements in front of the one that begins at this line."""

    line: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finish:
    """The fixture yields what it has returned, and does this behind its yield."""

    function: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decorate:
    """The function gets this decorator."""

    function: str
    text: str


@dataclass(frozen=True, slots=True)
class PerTest:
    """The fixture lives as long as one test."""

    function: str


@dataclass(frozen=True, slots=True)
class Enclose:
    """The statement that begins at this line becomes the head of a block, which holds all that follow it."""

    line: int
    head: str


@dataclass(frozen=True, slots=True)
class Define:
    """A function of the module, in front of the function `before`; behind the imports if that is ""."""

    text: str
    before: str = ""

    @property
    def name(self) -> str:
        """What the function is called."""
        return self.text.partition("def ")[2].partition("(")[0]


Edit = Import | AskFor | Swap | Before | Finish | Decorate | PerTest | Enclose | Define
Edits = Mapping[str, tuple[Edit, ...]]
"""What changes in each file."""


class Conflict(ValueError):
    """Edits that cannot be made together, or not in this source."""


def merged(several: Iterable[Edits]) -> Edits:
    """All of them, each once, in their order."""
    found: dict[str, dict[Edit, None]] = {}
    for edits in several:
        for file, wanted in edits.items():
            found.setdefault(file, {}).update(dict.fromkeys(wanted))
    return {file: tuple(wanted) for file, wanted in found.items()}
