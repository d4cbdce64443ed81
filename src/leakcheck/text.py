"""Text of others in our sentences: nothing hidden in it, and cut where it gets long."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

MAX_NAMED = 5
MAX_TEXT = 160
"""Longest text shown whole where it need not be copied."""
MAX_NAMES, MAX_VALUE = 30, 10_000
"""How many names of a template are replaced, and characters of each value: both may be a stranger's."""

# Controls, format characters (bidirectional overrides, zero width, tags), lone surrogates, ends of lines, and what
# no XML may hold.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_NAME = re.compile(r"\$(?:(\$)|([a-z_]+)|\{([a-z_]+)\})")


def clean(text: str) -> str:
    """`text` on one line, with every control character, escape sequence and invisible mark spelled out."""
    return _HIDDEN.sub(lambda found: _spelled(found[0]), text)


def _spelled(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def clip(text: str, limit: int = MAX_TEXT) -> str:
    """`text`, clean, its middle left out if it is longer than `limit` characters."""
    return _without_middle(clean(text), limit)


def _without_middle(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    return f"{text[: limit // 2]}…{text[-(limit // 4) :]} ({len(text):,} characters)"


def names_in(template: str) -> list[str]:
    """The names that `template` holds: `$owner`, or `${owner}` where a letter follows."""
    return [name for _, bare, braced in _NAME.findall(template) if (name := bare or braced)]


def filled(template: str, values: Mapping[str, str]) -> str:
    """`template` with the value of each name in it, and `$` for `$$`. What is no name of a value stays as it is:
    there is no way from a name to anything else, as there would be with `str.format`."""
    return _NAME.sub(lambda found: _value(found, values), template, count=MAX_NAMES)


def _value(found: re.Match[str], values: Mapping[str, str]) -> str:
    dollar, bare, braced = found.groups()
    return dollar or _without_middle(values.get(bare or braced, found[0]), MAX_VALUE)


def some(names: Sequence[str], limit: int = MAX_NAMED) -> str:
    """The first names, and how many are left out: "a, b and 2 more"."""
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
