"""Source lines without the secrets in them: a test that sets a token often has it in its own text.

Nothing is run for that: the text is taken apart into its literals. One is hidden if its name, its form or its
digest tells that it is secret; and as lines lose little by it, if it looks like one that was made up: letters and
digits in one word, a long word, or a text that calls itself a secret. A literal without an end is always hidden.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from itertools import takewhile
from urllib.parse import unquote_plus

from leakcheck.snapshots.redaction import HIDDEN
from leakcheck.snapshots.secret_forms import SCANNED, is_secret_name, is_secret_text
from leakcheck.workspace.source_scanning import Token, tokens_of

_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_BLANK = frozenset({"space", "comment", "newline"})
_COMPARING = frozenset({"==", "!="})
_SEPARATORS = re.compile(r"[\s=;,:\"']+")
_MARKS = re.compile(r"[^\w-]+")
_SHORTEST, _SHORTEST_BETWEEN_MARKS = 3, 6
"""Characters of a part of a text that is compared with what was seen: short ones may be anything."""
_TECHNICAL = re.compile(
    r"(?<![A-Za-z0-9])(?i:utf|ucs|sha|md|base|python|py|latin|cp|iso|rfc|https?|ipv|win|linux|x|mp|aes|rsa|hs|es|ps|"
    r"ed|blake|ascii|int|uint|float|complex|oauth|sqlite|postgres|psycopg|mysql|httpx|boto|jinja|urllib|pep|h)"
    r"-?\d{1,5}[a-z]{0,2}(?![a-z0-9])"
)
"""Words of letters and digits that everybody knows."""
_FIELD = re.compile(r":(?:param|type|arg|keyword|raises|[ci]?var)\s{1,4}[\w .*]{1,80}:")
"""How docstrings begin to tell of an argument."""
_TELLS_NOTHING = re.compile(r"\W{0,4}")
_SPANNING = re.compile(r"(?i)private key")
"""What makes the lines behind it secret."""
_CAMEL = r"[A-Z]{0,4}[a-z]{1,20}(?:[A-Z]{1,4}[a-z]{2,20}){1,8}(?![A-Za-z])"
_MADE_UP = re.compile(
    r"(?=[A-Za-z]{0,99}\d)(?=\d{0,99}[A-Za-z])[A-Za-z\d]{6,}|(?<![A-Za-z])"
    rf"(?!{_CAMEL})[A-Za-z\d]{{24,}}|\d{{14}}"
)
_WORDS_OF_PROSE = 4
"""Words from which on a text that speaks of a secret is prose: its form has to tell that it holds one."""
_NAME = re.compile(r"/[\w/{}.-]*|[A-Za-z]+(?:[-_ ][A-Za-z]+)?")
_BASE64 = re.compile(r"(?:[\w+/-]{4}){2,}(?:[\w+/-]{2}(?:==)?|[\w+/-]{3}=?)?")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){4,}")
IsKnown = Callable[[str], bool]


@dataclass
class _Words:
    """What stands before a literal, back to the last comma or bracket: its name is among it."""

    secret: list[bool] = field(default_factory=lambda: [False])
    last: list[str] = field(default_factory=lambda: [""] * 2)

    def see(self, token: Token) -> None:
        text = token.content if token.kind == "string" else token.text
        if token.kind == "newline" and len(self.secret) == 1:
            self.secret = [False]
        elif token.kind in _BLANK:
            return
        elif token.kind == "operator":
            self._see_operator(text)
        elif token.kind in ("name", "string"):
            self.secret[-1] |= is_secret_name(text[:SCANNED])
        self.last = [self.last[-1], text]

    def _see_operator(self, text: str) -> None:
        if text in _OPENING:
            self.secret.append(self.secret[-1])
        elif text in _CLOSING:
            self._close(text)
        elif text == ",":
            self.secret[-1] = len(self.secret) > 1 and self.secret[-2]

    def _close(self, bracket: str) -> None:
        if len(self.secret) > 1:
            inner = self.secret.pop()
            self.secret[-1] |= inner and bracket == "]"  # headers["authorization"] = ...

    def name_a_secret(self) -> bool:
        """Whether a literal that comes now is secret: `token = "..."`, or `set("token", "...")`."""
        before, comma = self.last
        return self.secret[-1] or (comma == "," and is_secret_name(before[:SCANNED]))


def without_secrets(text: str, known: IsKnown, keep: Iterable[str] = ()) -> list[str]:
    """The lines of `text`. `known` tells whether a value was seen as a secret; what is in `keep` is a name."""
    tokens = list(tokens_of(text))
    judge = _Judge(cache(known), frozenset(keep))
    hidden = frozenset(_hidden(tokens, judge))
    return "".join(_shown(token, hidden, judge) for token in tokens).split("\n")


@dataclass(frozen=True)
class _Judge:
    """Tells whether a text is secret by what it is, wherever it stands."""

    known: IsKnown
    names: frozenset[str]

    def hides(self, text: str) -> bool:
        if not text or text in self.names or _TELLS_NOTHING.fullmatch(text):
            return False
        return self._is_known(text) or _seems_secret(text)

    def hides_whole(self, text: str) -> bool:
        """Whether more of a text of several lines is secret than what its lines tell, each for itself."""
        if "\n" not in text:
            return self.hides(text)
        if _SPANNING.search(text) or self.known(text):
            return True
        return _has_form("\n".join(line for line in text.split("\n") if not _has_form(line)))

    def _is_known(self, text: str) -> bool:
        """Whether `text` or a part of it is a secret: `session=... ; Path=/`; plainly or encoded."""
        parts = (part for part in _SEPARATORS.split(text) if len(part) >= _SHORTEST)
        words = (part for part in _MARKS.split(text) if len(part) >= _SHORTEST_BETWEEN_MARKS)
        return any(self.known(form) for part in dict.fromkeys((text, *parts, *words)) for form in _forms(part))


def _forms(text: str) -> Iterator[str]:
    """What `text` may stand for."""
    yield text
    if "%" in text or "+" in text:
        yield unquote_plus(text)
    with suppress(ValueError, binascii.Error):
        if _BASE64.fullmatch(text):
            padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
            yield base64.b64decode(padded, altchars=b"-_" if {"-", "_"} & set(text) else None).decode()
    with suppress(ValueError):
        if _HEX.fullmatch(text):
            yield bytes.fromhex(text).decode()


def _hidden(tokens: Sequence[Token], judge: _Judge) -> Iterator[int]:
    """Where what is to be hidden starts."""
    words = _Words()
    for index, token in enumerate(tokens):
        if token.kind == "string" and _ends_run(tokens, index):
            yield from _hidden_run(tokens, index, judge)
        if _is_hidden(token, words, judge):
            yield token.start
        yield from _hidden(token.inside, judge)
        words.see(token)


def _is_hidden(token: Token, words: _Words, judge: _Judge) -> bool:
    if token.kind == "number":
        return words.name_a_secret() or (len(token.text) > _SHORTEST and judge.known(token.text))
    if token.kind == "comment":
        return judge.hides(token.text)
    content = token.content
    if token.kind != "string" or content in judge.names or _TELLS_NOTHING.fullmatch(content):
        return False
    named = words.name_a_secret() and not _TECHNICAL.fullmatch(content)
    return not token.sound or named or judge.hides_whole(content)


def _ends_run(tokens: Sequence[Token], index: int) -> bool:
    behind = (tokens[at] for at in range(index + 1, len(tokens)))
    return all(each.kind != "string" for each in takewhile(_joins, behind))


def _hidden_run(tokens: Sequence[Token], index: int, judge: _Judge) -> Iterator[int]:
    """Literals that are one text: side by side, or joined by `+`. Or that are compared with a secret."""
    back = (tokens[at] for at in range(index, -1, -1))
    run = [each for each in takewhile(_joins, back) if each.kind == "string"][::-1]
    together = len(run) > 1 and judge.hides_whole("".join(each.content for each in run))
    if together or _is_compared(tokens, index):
        yield from (each.start for each in run if each.content)


def _joins(token: Token) -> bool:
    return token.kind == "string" or token.kind in _BLANK or token.text == "+"


def _is_compared(tokens: Sequence[Token], index: int) -> bool:
    """Whether a secret name follows: `"..." == password`."""
    behind = (tokens[at] for at in range(index + 1, len(tokens)))
    words = [each.text for each in takewhile(_is_comparison, behind) if each.kind != "space"]
    return bool(words) and words[0] in _COMPARING and any(map(is_secret_name, words[1:]))


def _is_comparison(token: Token) -> bool:
    return token.kind in ("space", "name") or token.text == "." or token.text in _COMPARING


def _seems_secret(text: str) -> bool:
    if _has_form(text) or _MADE_UP.search(_TECHNICAL.sub("", text)):
        return True
    few = len(text.split(None, _WORDS_OF_PROSE)) < _WORDS_OF_PROSE
    return few and is_secret_name(text[:SCANNED]) and not _NAME.fullmatch(text)


def _has_form(text: str) -> bool:
    return is_secret_text(_FIELD.sub("", text), max(len(text), SCANNED))


def _shown(token: Token, hidden: frozenset[int], judge: _Judge) -> str:
    """With as many lines as there were, so that their numbers stay right."""
    if token.start in hidden:
        return _masked(token) + "\n" * token.text.count("\n")
    shown, at = token.opening, len(token.opening)
    for each in token.inside:
        shown += _by_line(token.text[at : each.start - token.start], judge) + _shown(each, hidden, judge)
        at = each.end - token.start
    return shown + _by_line(token.text[at : len(token.text) - len(token.quotes)], judge) + token.quotes


def _by_line(text: str, judge: _Judge) -> str:
    """Of a text of several lines, those that are secret are hidden."""
    if "\n" not in text:
        return text
    return "\n".join(HIDDEN if judge.hides(line) else line for line in text.split("\n"))


def _masked(token: Token) -> str:
    if token.kind == "string":
        return f"{token.opening}{HIDDEN}{token.quotes if token.sound else ''}"
    return f"# {HIDDEN}" if token.kind == "comment" else HIDDEN
