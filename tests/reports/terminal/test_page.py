from __future__ import annotations

import io
from collections.abc import Mapping

import pytest
from rich.console import Console

from leakcheck.reports.terminal.page import Color, console_for, emit, encodable, prose, row, section, table


def printed(*pieces: object, width: int = 30) -> str:
    stream = io.StringIO()
    emit(Console(file=stream, width=width, highlight=False), pieces)  # type: ignore[arg-type]
    return stream.getvalue()


def test_rows_are_never_wrapped() -> None:
    assert printed(row("word " * 20, "end", indent=2)) == f"  {'word ' * 20}end\n"


def test_prose_is_wrapped_below_its_margin() -> None:
    assert printed(prose("one two three four five six seven", indent=4)) == (
        "    one two three four five\n    six seven\n"
    )


def test_markup_means_itself() -> None:
    assert printed(row("[bold]x[/bold] :smile: [link=a]b")) == "[bold]x[/bold] :smile: [link=a]b\n"


def test_a_section_without_pieces_is_nothing() -> None:
    assert section("Title", ()) == ()
    assert printed(*section("Title", [row("x")])) == "\nTitle\nx\n"


def test_numbers_stand_below_each_other() -> None:
    rows = [["order", "passed", "failed"], ["declared", "12", ""], ["漢", "1,000", "2"]]
    assert printed(*table(rows, indent=1)) == (
        " order     passed  failed\n declared      12\n 漢         1,000       2\n"
    )


@pytest.mark.parametrize(
    ("text", "encoding", "shown"),
    [
        ("✗ a → b … é", "utf-8", "✗ a → b … é"),
        ("✗ a → b … é", "cp1252", "x a -> b … é"),
        ("✗ a → b … é", "ascii", "x a -> b ... \\xe9"),
        ("✓ 漢", "no such encoding", "+ \\u6f22"),
    ],
)
def test_what_an_encoding_lacks_is_spelled(text: str, encoding: str, shown: str) -> None:
    assert encodable(text, encoding) == shown


def test_a_stream_that_is_no_terminal_is_plain_and_100_wide() -> None:
    console = console_for(io.StringIO())
    assert console.width == 100
    assert not console.is_terminal


@pytest.mark.parametrize(
    ("color", "variables", "found"),
    [
        ("auto", {}, ""),
        ("auto", {"NO_COLOR": "1"}, ""),
        ("auto", {"NO_COLOR": ""}, ""),
        ("auto", {"FORCE_COLOR": "1"}, "1;31"),
        ("auto", {"FORCE_COLOR": "1", "NO_COLOR": "1"}, "1"),
        ("auto", {"FORCE_COLOR": "1", "TERM": "dumb"}, ""),
        ("never", {"FORCE_COLOR": "1"}, ""),
        ("always", {}, "1;31"),
        ("always", {"NO_COLOR": "1"}, "1;31"),
        ("always", {"TERM": "dumb"}, "1;31"),
    ],
)
def test_colours(color: Color, variables: Mapping[str, str], found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "COLORTERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"TERM": "xterm", **variables}.items():
        monkeypatch.setenv(name, value)
    stream = io.StringIO()
    emit(console_for(stream, color), [row(("text", "bold red"))])
    assert stream.getvalue() == (f"\x1b[{found}mtext\x1b[0m\n" if found else "text\n")
