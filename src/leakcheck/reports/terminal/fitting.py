"""What becomes of a line that a terminal is too narrow for: no word is broken, names get shorter in the middle."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rich.console import Console
from rich.text import Text

_WORD = re.compile(r"\S+")
_NAME = re.compile(r"::|/|\w\.\w")
"""What the id of a test, a path or a dotted name has in it."""
_ARGUMENT = re.compile(r"(?:'[^']*'|\"[^\"]*\"|\\.|[^\s'\"\\])+")
_LEAST, _HANGING = 24, 2


def fitted(console: Console, text: Text, room: int) -> Iterator[Text]:
    """One row in `room` columns: by shorter names if that is enough, else in lines, the later ones indented."""
    shown = _with_shorter_names(text, room)
    if shown.cell_len <= room:
        yield shown
        return
    for number, line in enumerate(wrapped(console, text, room - _HANGING)):
        yield Text.assemble(" " * _HANGING, line) if number else line


def wrapped(console: Console, text: Text, room: int) -> Iterator[Text]:
    """A paragraph of lines of `room` columns. A word that is wider alone loses its middle."""
    for found in reversed(list(_WORD.finditer(text.plain))):
        if len(found[0]) > room:
            text = _without_middle(text, found.start(), found.end(), room)
    yield from text.wrap(console, room)


def shell_lines(text: Text, room: int) -> Iterator[Text]:
    """A command in several lines that a shell reads as one, broken between its arguments only."""
    spans = [found.span() for found in _ARGUMENT.finditer(text.plain)]
    begin = end = 0
    for start, stop in spans:
        if end and stop - begin > room - 2 - (_HANGING if begin else 0):
            yield Text.assemble(" " * (_HANGING if begin else 0), text[begin:end], " \\")
            begin = start
        end = stop
    yield Text.assemble(" " * (_HANGING if begin else 0), text[begin:])


def _with_shorter_names(text: Text, room: int) -> Text:
    """The longest name is shortened first, and none to less than what can still be told apart."""
    while (excess := text.cell_len - room) > 0:
        names = [found for found in _WORD.finditer(text.plain) if _NAME.search(found[0]) and len(found[0]) > _LEAST]
        if not names:
            break
        longest = max(names, key=lambda found: len(found[0]))
        size = max(len(longest[0]) - excess, _LEAST)
        text = _without_middle(text, longest.start(), longest.end(), size)
    return text


def _without_middle(text: Text, start: int, end: int, size: int) -> Text:
    front = (size - 1) // 2
    return Text.assemble(text[: start + front], "…", text[end - (size - 1 - front) :])
