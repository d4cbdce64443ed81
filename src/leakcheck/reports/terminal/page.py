"""What a page in a terminal is made of: rows, commands, and prose."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import chain, repeat
from typing import IO, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from leakcheck.reports.terminal.fitting import fitted, shell_lines, wrapped
from leakcheck.reports.wording.words import clean

PLAIN_WIDTH = 100
_STAND_INS = {"✗": "x", "✓": "+", "→": "->", "…": "...", "·": "-"}

Part = str | tuple[str, str]
Form = Literal["row", "prose", "command", "whole"]
"""A row whose names may get shorter, a paragraph, a line for a shell, or a line that is never touched."""
Color = Literal["auto", "always", "never"]
"""Whether to colour: as the stream and the environment (NO_COLOR, FORCE_COLOR) have it, or as said."""
_SYSTEMS: Mapping[Color, Literal["auto", "standard"] | None] = {"auto": "auto", "always": "standard", "never": None}
_NO_COLOR: Mapping[Color, bool | None] = {"auto": None, "always": False, "never": True}


@dataclass(frozen=True, slots=True)
class Limits:
    """How many of a list are shown before the rest is counted."""

    polluters: int = 3
    by: int = 1
    hurt: int = 10
    commands: int = 1
    parts: int = 3
    writers: int = 3
    tests: int = 20
    leaks: int = 20
    fixes: int = 3
    causes: int = 30


TELLS_ALL = "(--verbose tells all)"
SHORT = Limits()
WHOLE = Limits(*[sys.maxsize] * len(fields(Limits)))


@dataclass(frozen=True, slots=True)
class Piece:
    """`parts` are texts with a style, `indent` is in columns."""

    parts: tuple[tuple[str, str], ...] = ()
    indent: int = 0
    form: Form = "row"


def row(*parts: Part, indent: int = 0) -> Piece:
    """A line. Whole in files; where a terminal is too narrow for it, names get shorter in the middle."""
    return Piece(_styled(parts), indent)


def command(text: str, *, indent: int = 0) -> Piece:
    """A line to copy: never cut, and in a narrow terminal continued behind backslashes, as shells read it."""
    return Piece(((text, "dim"),), indent, "command")


def whole(*parts: Part) -> Piece:
    """A line that programs read: never touched."""
    return Piece(_styled(parts), form="whole")


def prose(*parts: Part, indent: int = 0) -> Piece:
    """A paragraph, wrapped to the terminal."""
    return Piece(_styled(parts), indent, "prose")


def section(title: str, pieces: Iterable[Piece]) -> tuple[Piece, ...]:
    """`pieces` below a title and a blank line; nothing if there are none."""
    body = tuple(pieces)
    return (row(), row((title, "bold underline")), *body) if body else ()


def field(label: str, values: Sequence[str], *, indent: int) -> tuple[Piece, ...]:
    """Values below each other, `label` before the first of them."""
    labels = chain([f"{label}  "], repeat(" " * (len(label) + 2)))
    return tuple(row((name, "dim"), value, indent=indent) for name, value in zip(labels, values, strict=False))


def table(rows: Sequence[Sequence[str]], *, indent: int) -> tuple[Piece, ...]:
    """Rows in columns: the first column is text, all others are numbers. The first row is the header."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    styles = ("dim", *[""] * (len(rows) - 1))
    return tuple(
        row((_aligned(cells, widths), style), indent=indent) for cells, style in zip(rows, styles, strict=True)
    )


def in_columns(rows: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """`rows` with each column as wide as its widest cell."""
    if not rows:
        return []
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [tuple(map(str.ljust, cells, widths)) for cells in rows]


def console_for(stream: IO[str], color: Color = "auto") -> Console:
    """A console on `stream`: as wide as the terminal, or plain and 100 columns wide where it is none."""
    return Console(
        file=stream,
        width=None if stream.isatty() else PLAIN_WIDTH,
        force_terminal=True if color == "always" else None,
        color_system=_SYSTEMS[color],
        no_color=_NO_COLOR[color],
        highlight=False,
        markup=False,
        emoji=False,
    )


def emit(console: Console, pieces: Iterable[Piece]) -> None:
    """Print `pieces`; every character is one that the console's encoding has."""
    for piece in pieces:
        for line in _lines(console, piece):
            console.print(line, soft_wrap=True, highlight=False)


def encodable(text: str, encoding: str) -> str:
    """`text` with what `encoding` lacks spelled in ASCII."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return "".join(_in_encoding(character, encoding) for character in text)
    except LookupError:
        return encodable(text, "ascii")
    return text


def _in_encoding(character: str, encoding: str) -> str:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return _STAND_INS.get(character) or character.encode("ascii", "backslashreplace").decode("ascii")
    return character


def _lines(console: Console, piece: Piece) -> Iterator[Text]:
    # Text is assembled from parts, never from markup: square brackets of a test id mean themselves.
    text = Text.assemble(*((encodable(clean(part), console.encoding), style) for part, style in piece.parts))
    margin = " " * piece.indent
    if not piece.parts:
        yield text
        return
    for line in _laid_out(console, piece, text):
        line.rstrip()
        yield Text.assemble(margin, line)


def _laid_out(console: Console, piece: Piece, text: Text) -> Iterable[Text]:
    """As wide as there is room. What goes to a file or another program keeps its rows whole."""
    room = max(console.width - piece.indent, 20)
    if piece.form == "prose":
        return wrapped(console, text, room)
    if piece.form == "whole" or not console.file.isatty() or text.cell_len <= room:
        return [text]
    return shell_lines(text, room) if piece.form == "command" else fitted(console, text, room)


def _styled(parts: Iterable[Part]) -> tuple[tuple[str, str], ...]:
    return tuple((part, "") if isinstance(part, str) else part for part in parts)


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    name = cells[0] + " " * (widths[0] - cell_len(cells[0]))
    numbers = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))
    return "  ".join((name, *numbers)).rstrip()
