"""Source lines without the secrets in them: a test that sets a token often has it in its own text.

Nothing is run for that: the text is taken apart into its tokens. A literal is hidden if its name, its form or its
digest tells that it is secret; and as lines lose little by it, if it looks like one that was made up: letters and
digits in one word, a long word, or a text that calls itself a secret.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from leakcheck.probes._secrets import HIDDEN, SCANNED, is_secret_name, is_secret_text

_ENDS = frozenset({tokenize.NEWLINE, tokenize.NL, tokenize.ENDMARKER})
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_F_STRING = getattr(tokenize, "FSTRING_MIDDLE", -1)
_QUOTED = re.compile(r"(?s)([A-Za-z]*('''|\"\"\"|'|\"))(.*)\2")
_SEPARATORS = re.compile(r"[\s=;,:\"']+")
_SHORTEST = 3
_MADE_UP = re.compile(r"(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z\d]{6,}|[A-Za-z\d]{24,}")
_NAME = re.compile(r"/[\w/{}.-]*|[A-Za-z]+(?:[-_ ][A-Za-z]+)?")
Known = Callable[[str], bool]


@dataclass
class _Words:
    """What stands before a literal, back to the last comma or bracket: its name is among it."""

    secret: list[bool] = field(default_factory=lambda: [False])
    last: list[str] = field(default_factory=lambda: [""] * 2)

    def see(self, token: tokenize.TokenInfo) -> None:
        text = token.string
        if token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
            self.secret = [False]
        elif text in _OPENING:
            self.secret.append(self.secret[-1])
        elif text in _CLOSING:
            if len(self.secret) > 1:
                inner = self.secret.pop()
                self.secret[-1] |= inner and text == "]"  # headers["authorization"] = ...
        elif text == ",":
            self.secret[-1] = len(self.secret) > 1 and self.secret[-2]
        elif token.type == tokenize.NAME:
            self.secret[-1] |= is_secret_name(text)
        elif token.type == tokenize.STRING:
            self.secret[-1] |= is_secret_name(_content(text))
        if token.type not in (tokenize.NL, tokenize.COMMENT):
            self.last = [self.last[-1], text]

    def name_a_secret(self) -> bool:
        """Whether a literal that comes now is secret: `token = "..."`, or `set("token", "...")`."""
        before, comma = self.last
        return self.secret[-1] or (comma == "," and is_secret_name(_content(before)))


def without_secrets(text: str, known: Known, keep: Iterable[str] = ()) -> list[str]:
    """The lines of `text`. `known` tells whether a value was seen as a secret; what is in `keep` is a name."""
    lines = text.split("\n")
    names = frozenset(keep)
    words = _Words()
    found: list[tokenize.TokenInfo] = []
    end = 0
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
            if token.type == tokenize.ERRORTOKEN and token.string in "\"'":
                break  # a text without its end
            if _is_hidden(token, words, known, names):
                found.append(token)
            words.see(token)
            if token.type in _ENDS:
                end = token.end[0]
    for token in reversed(found):
        _hide(lines, token)
    return [*lines[:end], *(_guessed(line) for line in lines[end:])]


def _is_hidden(token: tokenize.TokenInfo, words: _Words, known: Known, names: frozenset[str]) -> bool:
    if token.type == tokenize.NUMBER:
        return words.name_a_secret() or (len(token.string) > _SHORTEST and known(token.string))
    if token.type == tokenize.COMMENT:
        return _seems_secret(token.string) or _holds(token.string, known)
    if token.type not in (tokenize.STRING, _F_STRING):
        return False
    text = _content(token.string)
    if not text or text in names:
        return False
    return words.name_a_secret() or known(text) or _seems_secret(text) or _holds(text, known)


def _seems_secret(text: str) -> bool:
    return (
        is_secret_text(text)
        or bool(_MADE_UP.search(text))
        or (is_secret_name(text[:SCANNED]) and not _NAME.fullmatch(text))
    )


def _holds(text: str, known: Known) -> bool:
    """Whether a part of `text` is a secret: `session=... ; Path=/`."""
    return any(len(part) >= _SHORTEST and known(part) for part in dict.fromkeys(_SEPARATORS.split(text[:2000])))


def _content(literal: str) -> str:
    """The text that a string literal stands for, as far as that can be told without running it."""
    with suppress(ValueError, SyntaxError):
        value = ast.literal_eval(literal)
        return value.decode("latin-1") if isinstance(value, bytes) else str(value)
    found = _QUOTED.fullmatch(literal)
    return found[3] if found else literal


def _hide(lines: list[str], token: tokenize.TokenInfo) -> None:
    (first, start), (last, stop) = token.start, token.end
    head, tail = lines[first - 1][:start], lines[last - 1][stop:]
    lines[first - 1 : last] = [head + _masked(token) + tail * (first == last), *_rest(last - first, tail)]


def _rest(number: int, tail: str) -> Iterator[str]:
    """As many lines as there were, so that the numbers stay right."""
    yield from ("" for _ in range(number - 1))
    if number:
        yield tail


def _masked(token: tokenize.TokenInfo) -> str:
    found = _QUOTED.fullmatch(token.string)
    if found:
        return f"{found[1]}{HIDDEN}{found[2]}"
    return f"# {HIDDEN}" if token.type == tokenize.COMMENT else HIDDEN


def _guessed(line: str) -> str:
    """A line that could not be taken apart."""
    return HIDDEN if is_secret_text(line) or is_secret_name(line) else line
