"""The scanner: every text, whatever Python it is for, without a gap; and as Python itself reads it."""

from __future__ import annotations

import io
import json
import sysconfig
import time
import timeit
import tokenize
from pathlib import Path

import pytest

from leakcheck.workspace.source_scanning import tokens_of

FILES = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[::6]
_OPENS, _CLOSES = (getattr(tokenize, f"FSTRING_{end}", -1) for end in ("START", "END"))


def spans(text: str) -> list[tuple[int, int]]:
    """Where `tokenize` sees literals, f-strings as a whole."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    found: list[tuple[int, int]] = []
    begun: list[int] = []
    for token in tokenize.generate_tokens(io.StringIO(text, newline="").readline):
        start, end = (starts[line - 1] + column for line, column in (token.start, token.end))
        if token.type == _OPENS:
            begun.append(start)
        elif token.type == _CLOSES:
            start = begun.pop()
        if not begun and token.type in (tokenize.STRING, _CLOSES):
            found.append((start, end))
    return found


def test_literals_are_those_that_python_reads() -> None:
    assert len(FILES) > 20
    for file in FILES:
        text = file.read_text("utf-8")
        tokens = list(tokens_of(text))
        assert "".join(token.text for token in tokens) == text
        assert [(token.start, token.end) for token in tokens if token.kind == "string"] == spans(text), file


@pytest.mark.parametrize(
    "text",
    [
        "'''", '"', "f'{", 'f"{x:', 'f"{x:{', 'f"}', 'f"{"', "rb'\\", "\\", "f'\\{x}'", "f'\\N{DASH}{x}'",
        "\0\ufeff$?", 'f"{x!r}"', 'f"{{}}"', "f'{a[b[{1:2}]]:>{w}}'", "x = 1e-5 + .5j",
        "\r\n\t\f", "é = 'ü'", json.dumps('"\\'),
    ],
)  # fmt: skip
def test_every_text_can_be_read_without_a_gap(text: str) -> None:
    for each in (text, f"{text}\ny = 1\n", text * 3):
        tokens = list(tokens_of(each))
        assert "".join(token.text for token in tokens) == each
        assert all(token.text for token in tokens)


def test_a_literal_without_an_end_is_not_sound() -> None:
    first, *rest = tokens_of("'abc\nx = 'def'")
    assert (first.text, first.sound) == ("'abc", False)
    assert [(each.content, each.sound) for each in rest if each.kind == "string"] == [("def", True)]


@pytest.mark.parametrize("piece", ['f"{', "f'{x:", 'f"{(', "'''\n", 'f"""{"', "\\", "{{", "f\"{f'{", "'", '"\n'])
def test_twice_the_text_takes_about_twice_the_time(piece: str) -> None:
    def seconds(number: int) -> float:
        """The least of three: what else the machine does only adds."""
        return min(
            timeit.repeat(lambda: list(tokens_of(piece * number)), timer=time.process_time, repeat=3, number=1)
        )

    assert seconds(8_000) < 40 * max(seconds(1_000), 0.001)
