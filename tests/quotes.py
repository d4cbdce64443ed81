"""Commands and their output, as the pages of the documentation show them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
GAP = "[...]"
_BLOCK = re.compile(r"(?:<!-- (?P<mark>[^\n]*) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Shown:
    """A command, the lines that it is said to print, and the comment above its block."""

    page: str
    command: str
    lines: tuple[str, ...]
    mark: str = ""


def shown(page: str) -> tuple[Shown, ...]:
    """The commands of all `console` blocks of a page, in their order."""
    blocks = _BLOCK.finditer((ROOT / page).read_text("utf-8"))
    return tuple(
        each
        for block in blocks
        if block["language"] == "console"
        for each in _commands(page, block["text"], block["mark"] or "")
    )


def marked(page: str, mark: str) -> str:
    """The text of the block behind the comment `mark`."""
    blocks = _BLOCK.finditer((ROOT / page).read_text("utf-8"))
    (text,) = [block["text"] for block in blocks if block["mark"] == mark]
    return text


def missing(lines: Sequence[str], output: str) -> list[str]:
    """Those of `lines` that `output` does not have, in this order; `[...]` stands for anything."""
    rest = iter(output.splitlines())
    return [line for line in lines if line.strip() != GAP and not any(_matches(line, each) for each in rest)]


def _matches(line: str, printed: str) -> bool:
    pattern = re.escape(_scrubbed(line)).replace(re.escape(GAP), ".*")
    return re.fullmatch(pattern, _scrubbed(printed)) is not None


def _scrubbed(line: str) -> str:
    """Without what differs from one audit to the next."""
    cost = r"audit [\d.]+ .* plain runs of CPU, [\d.]+ of wall( time)?"
    return re.sub(rf"{cost}|secret #[0-9a-f]+", "<>", line.rstrip())


def _commands(page: str, text: str, mark: str) -> Iterator[Shown]:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, printed = part.partition("\n")
        yield Shown(page, command, tuple(line for line in printed.splitlines() if line.strip()), mark)
