"""Whether a name or a text looks secret, by the list in `secret_patterns.py`."""

from __future__ import annotations

import math
import re
from collections import Counter
from functools import cache, lru_cache

from leakcheck.snapshots import secret_patterns as patterns

SCANNED = 200
"""Characters of a value that are looked at for something secret in it; fewer are ever shown."""
SHORTEST = 6
_RANDOM_BITS, _RANDOM_HEX_BITS = 4.5, 3.0
"""Bits of entropy for each character above which a word is no word; the same bounds as detect-secrets has."""


def _as_words(words: str, *, anywhere: str = "") -> str:
    """Finds the words in snake_case, kebab-case, camelCase and UPPER_CASE."""
    capital = "|".join(word.capitalize() for word in words.split("|"))
    return (
        rf"(?<![A-Za-z])(?:{words})(?![a-z])|(?<![A-Z])(?:{capital})(?![a-z])|"
        rf"(?<![A-Za-z])(?:{words.upper()})(?![A-Za-z])" + (rf"|(?i:{anywhere})" if anywhere else "")
    )


_SECRET_NAME = _as_words(patterns.WORDS, anywhere=patterns.ANYWHERE)
_MEASURE = _as_words(patterns.MEASURES)
_STORE = _as_words(patterns.STORES)
_SECRET_CLASS = patterns.CLASSES
_ASSIGNED = (
    r"([\w.-]{2,40})[\"'\]]{0,2}\s{0,8}(?:=>|:=|={1,3}|!==?|:(?!:))\s{0,40}"
    r"(?:[|>][+-]?\s{1,8})?(?=[\"'@\[]{0,2}[^\s\"'&;,{}…]{3})"
)
_SPOKEN = (
    rf"(?i)\b(?:{patterns.SPOKEN})(?: (?:of|for) [\w.@-]{{1,40}})?"
    rf"(?:,? (?:is|was|are|=|will be|has been)) (?:now )?[\"'`]?(?!(?:{patterns.NO_VALUE})\b)[^\s\"'`]{{3}}"
)
_VERBS = (" is ", " was ", " are ", " = ", " be ", " been ")
_WORD = r"[\w.:~\\-]{8,}"
_ISSUED = rf"(?<![A-Za-z0-9])(?:{'|'.join(each for _, each in patterns.ISSUED)})"
_RUN = r"[A-Za-z0-9+/_=-]{20,}"
_log2 = math.log2
_SORT = r"[a-z]+|[A-Z]+|[0-9]+|[^a-zA-Z0-9]+"
_RANDOM_CHANGES = 0.4
_HEX = r"[0-9a-fA-F]+"
_MIXED = r"(?=[^0-9]*[0-9])(?=[^A-Z]*[A-Z])[^a-z]*[a-z]"
_ALL = (
    _SECRET_NAME,
    _SECRET_CLASS,
    _MEASURE,
    _STORE,
    _ASSIGNED,
    _SPOKEN,
    _WORD,
    _ISSUED,
    _RUN,
    _SORT,
    _HEX,
    _MIXED,
    *(form for _, form in patterns.FORMS),
)


@cache
def _made(form: str) -> re.Pattern[str]:
    """Made where it is needed first: all together take longer than many a short run of pytest."""
    return re.compile(form)


def prepare() -> None:
    """Make all of them now, before any fork needs one."""
    for form in _ALL:
        _made(form)


@lru_cache(maxsize=8192)
def is_secret_name(name: str) -> bool:
    """Whether what stands under `name` is secret, as far as names tell."""
    return bool(_made(_SECRET_NAME).search(name))


def is_measure(name: str) -> bool:
    """Whether `name` tells of a measure: `token_count`."""
    return bool(_made(_MEASURE).search(name))


def is_store(name: str) -> bool:
    """Whether a container of this name is keyed by secrets."""
    return bool(_made(_STORE).search(name))


def is_secret_class(name: str) -> bool:
    """Whether instances of a class of this name hold secrets."""
    return bool(_made(_SECRET_CLASS).search(name))


def is_secret_text(text: str, scanned: int = SCANNED) -> bool:
    """Whether something secret stands in the first `scanned` characters of `text`, as far as its form tells."""
    if len(text) < SHORTEST:
        return False
    return _looks_secret(text[:scanned]) if scanned > SCANNED else _is_known_to_look(text[:scanned])


@lru_cache(maxsize=8192)
def _is_known_to_look(text: str) -> bool:
    """The same values are looked at again and again, behind every test."""
    return _looks_secret(text)


def _looks_secret(text: str) -> bool:
    return _is_pair(text) or _has_form(text) or _has_token(text) or _holds_chance(text) or _is_spoken(text)


def _is_pair(text: str) -> bool:
    if ":" not in text and "=" not in text:
        return False
    return any(is_secret_name(found[1]) for found in _made(_ASSIGNED).finditer(text))


def _has_form(text: str) -> bool:
    lower = text.lower()
    return any(needle in lower and _tells(_made(form), lower) for needle, form in patterns.FORMS)


def _tells(form: re.Pattern[str], text: str) -> bool:
    if not form.groups:
        return bool(form.search(text))
    return any(is_secret_name(name) for found in form.finditer(text) for name in found.groups())


def _has_token(text: str) -> bool:
    """Whether one of the long words is a token that a service has issued."""
    return any(_made(_ISSUED).search(found[0]) for found in _made(_WORD).finditer(text))


def _is_spoken(text: str) -> bool:
    return any(verb in text for verb in _VERBS) and bool(_made(_SPOKEN).search(text))


def _holds_chance(text: str) -> bool:
    return any(_is_chance(found[0]) for found in _made(_RUN).finditer(text))


def _is_chance(run: str) -> bool:
    if _made(_HEX).fullmatch(run):
        return len(run) >= 32 and entropy(run) > _RANDOM_HEX_BITS
    return (
        bool(_made(_MIXED).match(run) or _changes(run) > len(run) * _RANDOM_CHANGES) and entropy(run) > _RANDOM_BITS
    )


def _changes(run: str) -> int:
    """How often another sort of character follows: words, paths and names have few of these."""
    return sum(1 for _ in _made(_SORT).finditer(run))


def entropy(text: str) -> float:
    """Shannon's, in bits for each character."""
    shares = (number / len(text) for number in Counter(text).values())
    return -sum(share * _log2(share) for share in shares)
