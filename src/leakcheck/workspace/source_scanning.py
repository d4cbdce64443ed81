"""Source text taken apart into words and literals, whatever version of Python it is written for.

The interpreter's own `tokenize` reads what that interpreter runs; the audited project may be run by a newer one,
where a literal ends elsewhere (PEP 701: quotes and line breaks inside of f-strings). Here every text can be read: a
literal without an end goes to the end of its line, or of the text, and is not `sound`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

_DEEPEST = 10
"""F-strings inside one another; what is deeper is taken to have no end."""
_TOKEN = re.compile(
    r"""(?P<space>[ \t\f\r\\]+|\\\r?\n)
    |(?P<comment>\#[^\n]*)
    |(?P<string>(?i:[rbuft]{0,2})(?:\"{3}|'{3}|"|'))
    |(?P<name>[^\W\d]\w*)
    |(?P<number>\.?\d(?:[\w.]|(?<=[eE])[+-])*)
    |(?P<newline>\n)
    |(?P<operator>[=!<>:+*/-]=|.)""",
    re.VERBOSE | re.DOTALL,
)
_REST = {
    '"': re.compile(r'(?:[^"\\\n]|\\.)*+', re.DOTALL),
    "'": re.compile(r"(?:[^'\\\n]|\\.)*+", re.DOTALL),
    '"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*+', re.DOTALL),
    "'''": re.compile(r"(?:[^'\\]|\\.|'(?!''))*+", re.DOTALL),
}
_TEXT = {
    '"': re.compile(r'(?:[^"\\\n{}]|\\N\{[^}\n]*\}|\\[^{}]|\{\{|\}\})*+', re.DOTALL),
    "'": re.compile(r"(?:[^'\\\n{}]|\\N\{[^}\n]*\}|\\[^{}]|\{\{|\}\})*+", re.DOTALL),
    '"""': re.compile(r'(?:[^"\\{}]|\\N\{[^}\n]*\}|\\[^{}]|\{\{|\}\}|"(?!""))*+', re.DOTALL),
    "'''": re.compile(r"(?:[^'\\{}]|\\N\{[^}\n]*\}|\\[^{}]|\{\{|\}\}|'(?!''))*+", re.DOTALL),
}
"""Text of an f-string, up to what ends it or is put into it."""
_FORMAT = re.compile(r"[^{}]*+")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of source: `kind` is space, comment, string, name, number, newline or operator. `opening` are the
    prefix and the quotes of a literal, `inside` what is put into an f-string, `chunks` its own text."""

    kind: str
    start: int
    text: str
    opening: str = ""
    inside: tuple[Token, ...] = ()
    chunks: tuple[str, ...] = ()
    sound: bool = True

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def quotes(self) -> str:
        return self.opening.lstrip("rRbBuUfFtT")

    @property
    def content(self) -> str:
        """The text that a literal stands for, without what an f-string puts into it."""
        if self.chunks:
            return "".join(self.chunks)
        with suppress(ValueError, SyntaxError, MemoryError):
            value = ast.literal_eval(self.text)
            return value.decode("latin-1") if isinstance(value, bytes) else str(value)
        return self.text[len(self.opening) :].removesuffix(self.quotes) if self.opening else self.text


class _Endless(Exception):
    """An f-string that does not end."""


def tokens_of(text: str) -> Iterator[Token]:
    """Everything in `text`, in its order and without a gap."""
    at = 0
    while at < len(text):
        token = _token(text, at, 0)
        yield token
        at = token.end


def _token(text: str, at: int, depth: int) -> Token:
    found = _TOKEN.match(text, at)
    assert found is not None  # the last alternative takes any character
    if found.lastgroup == "string":
        return _literal(text, at, found[0], depth)
    return Token(str(found.lastgroup), at, found[0])


def _literal(text: str, at: int, opening: str, depth: int) -> Token:
    quotes = opening.lstrip("rRbBuUfFtT")
    if {"f", "t"} & set(opening.lower()):
        try:
            return _f_string(text, at, opening, quotes, depth)
        except _Endless:
            if depth:  # the outermost one gives up: else each would be tried again for each around it
                raise
            return _broken(text, at, opening, quotes)
    end = _end(_REST[quotes], text, at + len(opening))
    sound = text.startswith(quotes, end)
    return Token("string", at, text[at : end + len(quotes) * sound], opening, sound=sound)


def _broken(text: str, at: int, opening: str, quotes: str) -> Token:
    """An f-string that cannot be read: to the end of its line, or of the text if it may have several lines."""
    one_line = len(quotes) == 1
    end = text.find("\n", at) if one_line else text.find(quotes, at + len(opening))
    return Token("string", at, text[at:] if end < 0 else text[at : end + 3 * (not one_line)], opening, sound=False)


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found is not None else at


def _f_string(text: str, at: int, opening: str, quotes: str, depth: int) -> Token:
    """With everything that is put into it. Raises _Endless where that cannot be told."""
    inside: list[Token] = []
    chunks: list[str] = []
    here = at + len(opening)
    while True:
        end = _end(_TEXT[quotes], text, here)
        chunks.append(text[here:end])
        if text.startswith(quotes, end):
            whole = text[at : end + len(quotes)]
            return Token("string", at, whole, opening, tuple(inside), tuple(chunks))
        if text[end : end + 1] == "\\":  # before a brace: a character as any other
            here = end + 1
        elif text[end : end + 1] == "{" and depth < _DEEPEST:
            here = _expression(text, end + 1, inside, depth + 1)
        else:
            raise _Endless


def _expression(text: str, at: int, inside: list[Token], depth: int) -> int:
    """The position behind what is put in, its format included; the literals in it go to `inside`."""
    open_brackets = 0
    while at < len(text) and depth < _DEEPEST:
        token = _token(text, at, depth)
        at = token.end
        inside.append(token)
        if token.kind != "operator":
            continue
        if token.text in ("(", "[", "{"):
            open_brackets += 1
        elif token.text == "}" and not open_brackets:
            return at
        elif token.text in (")", "]", "}"):
            open_brackets -= 1
        elif token.text == ":" and not open_brackets:
            return _format(text, at, inside, depth)
    raise _Endless


def _format(text: str, at: int, inside: list[Token], depth: int) -> int:
    while True:
        at = _end(_FORMAT, text, at)
        if text.startswith("}", at):
            return at + 1
        if not text.startswith("{", at):
            raise _Endless
        at = _expression(text, at + 1, inside, depth + 1)
