"""Several texts on one line, as baselines and marks have them: blanks between, quoted where they need it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

_WORD = r'[^\s"#\\][^\s"\\]*'
_BARE = re.compile(_WORD)
_QUOTED = r'"(?:[^"\\]|\\.)*"'
_TOKEN = re.compile(rf"\s*(?:(?P<quoted>{_QUOTED})(?=\s|$)|(?P<bare>{_WORD})(?=\s|$)|(?P<rest>#.*$))")


def joined(texts: Iterable[str]) -> str:
    """The texts on one line; what holds blanks, quotes or anything invisible is a JSON string."""
    return " ".join(text if text.isprintable() and _BARE.fullmatch(text) else json.dumps(text) for text in texts)


def split(line: str) -> tuple[list[str], str]:
    """(the texts of a line that `joined` made, the comment behind them); ValueError for any other line."""
    texts: list[str] = []
    place = 0
    line = line.rstrip()
    while place < len(line):
        found = _TOKEN.match(line, place)
        if found is None:
            column = len(line) - len(line[place:].lstrip()) + 1
            raise ValueError(f"what begins at column {column} is neither a word nor a quoted text")
        place = found.end()
        if found["rest"] is not None:
            return texts, found["rest"]
        texts.append(found["bare"] or _unquoted(found["quoted"]))
    return texts, ""


def _unquoted(text: str) -> str:
    try:
        return str(json.loads(text))
    except json.JSONDecodeError as error:
        raise ValueError(f"{text} is no quoted text: {error.msg}") from None
