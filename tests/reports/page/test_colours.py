"""Lines of Python are coloured, stay the same text, and are never taken for what they are not."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from leakcheck.reports.page.colours import Colours
from leakcheck.reports.page.text import Shown
from leakcheck.reports.wording.words import clean

CODE = [
    "@pytest.fixture",
    "def client(app):",
    "    # a fresh one",
    '    app.state.page = "ten" if app else 10',
    "    yield None",
]


def colours() -> Colours:
    return Colours(Shown("/home/somebody/shop"))


def classes(line: Markup) -> list[tuple[str, str]]:
    return re.findall(r'<span class="(\w)">([^<]*)</span>', line)


def plain(line: Markup) -> str:
    return Markup(re.sub("<[^>]*>", "", line)).unescape()


def test_what_a_word_is_is_told_by_its_class() -> None:
    decorator, head, comment, assignment, end = colours().lines(CODE)
    assert classes(decorator) == [("d", "@pytest.fixture")]
    assert classes(head) == [("k", "def"), ("d", "client")]
    assert classes(comment) == [("c", "# a fresh one")]
    assert classes(assignment) == [("s", "&#34;ten&#34;"), ("k", "if"), ("k", "else"), ("n", "10")]
    assert classes(end) == [("k", "yield"), ("k", "None")]


@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), min_size=1, max_size=6), st.integers(0, 5))
def test_whatever_the_lines_are_their_text_stays(texts: list[str], code: int) -> None:
    shown = colours().lines(texts, min(code, len(texts) - 1))
    assert [plain(each) for each in shown] == [clean(text) for text in texts]


@pytest.mark.parametrize("quote", ['"""', "'''"])
def test_lines_that_begin_inside_of_a_docstring_are_read_from_there(quote: str) -> None:
    lines = ["    for nothing in vain.", f"    {quote}", "    app.state.sale = True", "    return app"]
    told, closing, written, after = colours().lines(lines, 2)
    assert classes(told) == [("s", "    for nothing in vain.")]
    assert [name for name, _ in classes(closing)] == ["s"]
    assert classes(written) == [("k", "True")]
    assert classes(after) == [("k", "return")]


def test_a_docstring_that_ends_below_the_lines_is_one() -> None:
    lines = ["app.state.sale = True", "def later():", '    """For nothing', "    in vain"]
    assert [name for line in colours().lines(lines, 0)[2:] for name, _ in classes(line)] == ["s", "s"]


def test_a_patch_is_read_as_it_was_and_as_it_is() -> None:
    patch = [
        ("file", "tests/conftest.py"),
        ("head", "@@ -3,4 +3,4 @@ def as_alice():"),
        ("kept", "     for Alice."),
        ("kept", '     """'),
        ("removed", '-    text = """one'),
        ("added", "+    yield 1"),
        ("kept", "     return True"),
    ]
    told = colours().patch(patch)
    assert [sort for sort, _ in told] == [sort for sort, _ in patch]
    assert [plain(text) for _, text in told] == [text for _, text in patch]
    assert [classes(text) for _, text in told[:2]] == [[], []]
    assert classes(told[5][1]) == [("k", "yield"), ("n", "1")]
    assert classes(told[6][1]) == [("k", "return"), ("k", "True")]


def test_the_project_is_no_markup_and_no_folder_of_the_machine() -> None:
    lines: Sequence[str] = ["open('/home/somebody/shop/a.txt')  # <script>\x1b[31m", "x = '</code>'"]
    shown = "".join(colours().lines(lines))
    assert "<script" not in shown
    assert "</code" not in shown
    assert "\x1b" not in shown
    assert "/home/somebody" not in shown
