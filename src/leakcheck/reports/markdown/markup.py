"""Markdown as GitHub and GitLab read it, out of which no text of the audited project can break."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from leakcheck.reports.wording.words import clean

_UNSAFE_IN_CODE = re.compile(r"[`|]")
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~&@]|:(?=//)|(?<=www)\.")


def code(text: str) -> str:
    """`text` as inline code, in a cell of a table too."""
    shown = clean(text).strip() or '""'
    if not _UNSAFE_IN_CODE.search(shown):
        return f"`{shown}`"
    return f"<code>{plain(shown)}</code>"


def plain(text: str) -> str:
    """`text` as text: nothing in it is markup, a link, a mention or the number of an issue."""
    return _MARKUP.sub(lambda found: _spelled(found[0]), clean(text))


def _spelled(character: str) -> str:
    return f"&#{ord(character)};" + ("<!-- -->" if character in "@#" else "")


def advice(text: str) -> str:
    """`text` with code between its backticks."""
    parts = clean(text).split("`")
    if len(parts) % 2 == 0:
        return plain(text)
    return "".join(code(part) if number % 2 else plain(part) for number, part in enumerate(parts))


def fence(lines: Iterable[str], language: str = "text") -> str:
    """`lines` as a block of code."""
    shown = "\n".join(map(clean, lines))
    runs = re.findall("`+", shown)
    marks = "`" * max(3, max(map(len, runs), default=0) + 1)
    return f"{marks}{language}\n{shown}\n{marks}\n"


def folded(summary: Sequence[str], body: Iterable[str]) -> str:
    """`body` below a line that opens it: words and, at odd places of `summary`, names."""
    words = [_html(each) for each in summary]
    words[1::2] = [f"<code>{each}</code>" if each else "" for each in words[1::2]]
    inside = "\n".join(filter(None, body))
    return f"<details><summary>{''.join(words)}</summary>\n\n{inside}\n</details>\n"


def _html(text: str) -> str:
    """`text` within HTML, where Markdown is not read, but mentions are."""
    return escape(clean(text)).replace("@", "@<!-- -->")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Lines of a table; cells are Markdown."""
    for cells in (header, ["---"] * len(header), *rows):
        yield f"| {' | '.join(cells)} |\n"


def size(text: str) -> int:
    """In bytes, which no limit that is told in characters undercuts."""
    return len(text.encode("utf-8"))


def fitting(parts: Iterable[str], room: int) -> tuple[list[str], int]:
    """Those of `parts` for which there is room, in their order, and the number of the others."""
    kept: list[str] = []
    left_out = 0
    for part in parts:
        if size(part) <= room:
            kept.append(part)
            room -= size(part)
        else:
            left_out += 1
    return kept, left_out
