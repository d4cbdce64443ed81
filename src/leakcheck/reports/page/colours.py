"""Lines of Python as markup: what is a keyword, a text, a comment is told by a class, coloured by the style.

The lines are part of a file, and may begin inside of a text of many lines, as a docstring is. A line that is known
to be code shows whether they do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from markupsafe import Markup, escape

from leakcheck.reports.page.text import Shown

CLASSES: Mapping[str, str] = {
    "Comment": "c",
    "Literal.String": "s",
    "Literal.Number": "n",
    "Keyword": "k",
    "Operator.Word": "k",
    "Name.Decorator": "d",
    "Name.Function": "d",
    "Name.Class": "d",
}
"""Sort of token, as Pygments names it -> class in the page; the narrowest sort counts."""

QUOTES = ('"""', "'''")
_SIDES: tuple[tuple[str, ...], ...] = (("added", "kept"), ("removed", "kept"))

_DOTTED = re.compile(r"[.\w]+")
_Piece = tuple[str, str]
_Line = tuple[_Piece, ...]


class Colours:
    """Colours lines of Python; all text passes `Shown` first, and is escaped last."""

    def __init__(self, shown: Shown) -> None:
        from pygments.lexers.python import PythonLexer  # takes longer than most commands

        self._shown = shown
        self._lexer = PythonLexer()
        self._known: dict[tuple[tuple[str, ...], int], tuple[Markup, ...]] = {}

    def lines(self, texts: Iterable[str], code: int = 0) -> tuple[Markup, ...]:
        """Each of `texts` as markup. The line of number `code` is known to be code."""
        cleaned = tuple(self._shown.text(text) for text in texts)
        if (cleaned, code) not in self._known:
            self._known[cleaned, code] = tuple(map(_marked_up, self._read(cleaned, code)))
        return self._known[cleaned, code]

    def patch(self, lines: Sequence[tuple[str, str]]) -> list[tuple[str, Markup]]:
        """Lines of a patch, each with its sort. What was and what is are read by themselves, part by part."""
        told: list[tuple[str, Markup]] = []
        for is_code, part in groupby(lines, key=lambda each: each[0] in ("added", "removed", "kept")):
            mine = list(part)
            told += self._hunk(mine) if is_code else self._heads(mine)
        return told

    def _heads(self, lines: Iterable[tuple[str, str]]) -> Iterator[tuple[str, Markup]]:
        return ((sort, escape(self._shown.text(text))) for sort, text in lines)

    def _hunk(self, lines: Sequence[tuple[str, str]]) -> Iterator[tuple[str, Markup]]:
        coloured: dict[int, Markup] = {}
        for side in _SIDES:
            mine = [number for number, (sort, _) in enumerate(lines) if sort in side]
            changed = [place for place, number in enumerate(mine) if lines[number][0] != "kept"]
            texts = self.lines((lines[number][1][1:] for number in mine), changed[0] if changed else 0)
            coloured |= {number: text for number, text in zip(mine, texts, strict=True) if number not in coloured}
        for number, (sort, text) in enumerate(lines):
            yield sort, escape(text[:1]) + coloured[number]

    def _read(self, texts: Sequence[str], code: int) -> Sequence[_Line]:
        """As the beginning of a file; or, where that makes a text of the code, as the rest of one from above."""
        plain = self._pieces("\n".join(texts))
        begun = (self._pieces("\n".join((quote, *texts)))[1:] for quote in QUOTES)
        fitting = (lines for lines in begun if not _goes_on(lines[code]))
        return next(fitting, plain) if code and _goes_on(plain[code]) else plain

    def _pieces(self, text: str) -> Sequence[_Line]:
        """Of each line what it is made of; first, without text of its own, what has ended the line above."""
        lines: list[list[_Piece]] = [[("", "")]]
        for _, sort, value in self._lexer.get_tokens_unprocessed(text):
            first, *more = value.split("\n")
            name = _class_of(sort)
            if not name and lines[-1][-1][0] == "d" and _DOTTED.fullmatch(value):
                name = "d"  # the rest of a decorator
            lines[-1].append((name, first))
            lines.extend([(name, ""), (name, each)] for each in more)
        return [tuple(line) for line in lines]


def _goes_on(line: _Line) -> bool:
    """Whether this line begins inside of a text: its first piece is what ended the line above."""
    return line[0][0] == "s"


def _class_of(sort: Sequence[str]) -> str:
    names = (".".join(sort[:length]) for length in range(len(sort), 0, -1))
    return next((CLASSES[name] for name in names if name in CLASSES), "")


def _marked_up(line: _Line) -> Markup:
    parts = []
    for name, pieces in groupby(line, key=lambda piece: piece[0]):
        text = escape("".join(value for _, value in pieces))
        parts.append(Markup('<span class="{}">{}</span>').format(name, text) if name and text.strip() else text)
    return Markup("").join(parts)
