"""The baseline's file: sorted, merge-friendly, with its comments, and clear about broken lines."""

from __future__ import annotations

import random
import re

import pytest

from leakcheck.analysis import Baseline, Broken, Line, baseline_without, extended_baseline, parse_baseline
from leakcheck.analysis import render_baseline as render

A = Line("LK101", "app_state", "shop.main:app", "colour", "fixture", "painted")
B = Line("LK101", "app_state", "shop.main:app", "colour", "victim", "tests/test_b.py::test_red[a b]")
C = Line("LK301", "environ", "os.environ", "MODE", "test", "tests/test_c.py::test_mode")
D = Line("LK103", "-", "-", "-", "test", "tests/test_d.py::test_again")
TEXT = """\
# What leakcheck knows of this suite: findings that do not fail the gate. Comments are kept.
# code, kind, owner, key, role, who it is; written by `leakcheck baseline write`.
# suite: tests -- -m "not slow"
# Reviewed by the shop team.

# Ticket 12
LK101 app_state shop.main:app colour fixture painted
LK101 app_state shop.main:app colour victim "tests/test_b.py::test_red[a b]"  # only with blanks
LK103 - - - test tests/test_d.py::test_again

# Harmless.
LK301 environ os.environ MODE test tests/test_c.py::test_mode
# The end.
"""


def test_a_file_comes_back_as_it_was() -> None:
    found = parse_baseline(TEXT)
    assert found.lines == {A, B, C, D}
    assert found.suite == 'tests -- -m "not slow"'
    assert render(found) == TEXT


def test_lines_are_sorted_whoever_wrote_them_in_which_order() -> None:
    lines = [A, B, C, D]
    random.Random(1).shuffle(lines)
    texts = {render(extended_baseline(extended_baseline(Baseline(), lines[:n], "t"), lines, "t")) for n in range(4)}
    assert len(texts) == 1
    body = [line for line in texts.pop().splitlines() if line.startswith("LK")]
    assert body == sorted(body)


def test_more_lines_leave_the_comments_where_they_are() -> None:
    new = Line("LK102", "-", "-", "-", "test", "tests/test_a.py::test_new")
    text = render(extended_baseline(parse_baseline(TEXT), [new, A], "tests"))
    added = [line for line in text.splitlines() if line not in TEXT.splitlines()]
    gone = [line for line in TEXT.splitlines() if line not in text.splitlines()]
    assert (added, gone) == (
        ["# suite: tests", "LK102 - - - test tests/test_a.py::test_new"],
        ['# suite: tests -- -m "not slow"'],
    )


def test_what_is_taken_out_leaves_the_comments_above_it() -> None:
    text = render(baseline_without(parse_baseline(TEXT), {A, C}))
    assert "# Ticket 12\nLK101 app_state shop.main:app colour victim" in text
    assert text.endswith("# Harmless.\n# The end.\n")
    assert parse_baseline(text).lines == {B, D}


def test_both_sides_of_a_merge_kept_are_a_baseline() -> None:
    text = TEXT + TEXT
    assert parse_baseline(text).lines == {A, B, C, D}


def test_all_broken_lines_at_once() -> None:
    text = "\n\n".join(
        (
            "LK101 app_state shop.main:app colour fixture",
            "<<<<<<< HEAD",
            'LK101 app_state shop.main:app "colour fixture painted',
            "error app_state shop.main:app colour fixture painted",
            "LK101 app_state shop.main:app colour polluter painted",
            "LK103 - - - test a",
        )
    )
    with pytest.raises(Broken) as caught:
        parse_baseline(text)
    assert caught.value.lines == (
        (1, "6 fields are expected (code, kind, owner, key, role, who), there are 5"),
        (3, "a merge conflict that nobody has settled; keep the lines of both sides"),
        (5, "what begins at column 31 is neither a word nor a quoted text"),
        (7, "error is no code like LK101"),
        (9, "polluter is none of the roles test, fixture, import, victim"),
    )


def test_a_leak_that_became_less_harmful_is_still_known() -> None:
    worse = Baseline().lines | {A}
    known = extended_baseline(Baseline(), worse, "t")
    read = Line("LK201", *A.texts[1:])
    assert known.covering(read) == {A}
    assert known.gone([read]) == ()
    assert extended_baseline(known, [read], "t").lines == {A}
    assert extended_baseline(Baseline(), [read], "t").covering(A) == frozenset()


def test_no_line_holds_a_number_of_a_line() -> None:
    assert not re.search(r"\.py:\d", TEXT)
