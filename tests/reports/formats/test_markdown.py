"""Markdown is held to what GitHub's own parser makes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.records import Finding, Result
from leakcheck.reports import formats
from leakcheck.reports.formats.github_summary import STEP
from leakcheck.reports.formats.markdown import COMMENT, MARKER
from leakcheck.reports.markdown.markup import advice, code, fence, folded, plain, table
from leakcheck.reports.wording.words import clean
from reports import samples
from reports.golden import assert_golden
from reports.samples import edge, leak, result, verdict

OURS = {
    "html", "h3", "h4", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "details", "summary",
    "strong",
}  # fmt: skip
RESULTS = samples.every()
NAMES = ["markdown", "github-summary"]
TEXTS = st.text(st.characters() | st.sampled_from("`|\\<>&@#[]()*_~!:\n/w. "), max_size=40)


@dataclass
class Reader(HTMLParser):
    """The elements of a page, how deep they stand, and the texts of what is code."""

    tags: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        self.open.append(tag)
        if tag == "code":
            self.codes.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, (tag, self.open)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
        if "code" in self.open:
            self.codes[-1] += data


def read(text: str) -> Reader:
    page = Reader()
    page.feed(cmarkgfm.github_flavored_markdown_to_html(text, options=Options.CMARK_OPT_UNSAFE))
    page.close()
    assert page.open == []
    return page


def left_out(text: str) -> int:
    """How many findings the page says to have no room for."""
    told = re.findall(r"^([\d,]+) more findings? would not fit with its details", text, re.M)
    return sum(int(each.replace(",", "")) for each in told)


def rendered(name: str, found: Result) -> str:
    return formats()[name].render(found)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("found", RESULTS.values(), ids=list(RESULTS))
def test_nothing_of_the_project_becomes_markup(name: str, found: Result) -> None:
    page = read(rendered(name, found))
    assert set(page.tags) <= OURS
    assert page.tags.count("details") + left_out(rendered(name, found)) == len(found.findings)
    assert page.tags.count("table") == bool(found.findings) + (name == "github-summary" and bool(found.orders))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("found", ["shop", "troubled"])
def test_transcript(name: str, found: str) -> None:
    assert_golden(f"{found}.{name}.md", rendered(name, RESULTS[found]))


def test_the_comment_begins_with_its_marker_and_the_verdict() -> None:
    lines = rendered("markdown", samples.shop()).splitlines()
    assert lines[0] == MARKER
    assert lines[1] == "### ✗ leakcheck: 16 order-dependent (14 victims, 2 brittle), 1 self-polluting"


def test_commands_can_be_copied() -> None:
    page = read(rendered("markdown", samples.shop()))
    shown = "".join(page.codes).splitlines()
    assert {each.reproduce for each in samples.shop().edges if each.leak == "L7"} <= set(shown)


def crowded(number: int, name: str = "test") -> Result:
    tests = tuple(f"tests/test_a.py::{name}_{each}" for each in range(number))
    leaks = tuple(leak(each, samples.shop().leaks[0].location, "broken", "p") for each in range(number))
    edges = tuple(edge(("p",), test, found.id) for test, found in zip(tests, leaks, strict=True))
    findings = tuple(
        Finding("LK101", "error", "1 test fails", "a.py", 1, (test,), found.id, "Fix `it`.")
        for test, found in zip(tests, leaks, strict=True)
    )
    verdicts = tuple(verdict(test, "victim") for test in tests)
    found = result(verdicts, leaks=leaks, edges=edges, findings=findings)
    return replace(found, notes=("n" * 5_000,) * 100)


@pytest.mark.parametrize(("name", "limit"), [("markdown", 65_536), ("github-summary", 1_048_576)])
@pytest.mark.parametrize("found", [crowded(3_000), crowded(40, "ä" * 3_000), crowded(3, "x" * 2_000_000)],
                         ids=["many", "long", "endless"])  # fmt: skip
def test_never_larger_than_the_host_takes_and_what_is_left_out_is_counted(
    name: str, limit: int, found: Result
) -> None:
    text = rendered(name, found)
    assert len(text.encode("utf-8")) <= limit
    page = read(text)
    assert set(page.tags) <= OURS
    assert "### ✗ leakcheck: " in text
    assert page.tags.count("details") + left_out(text) == len(found.findings)


def test_the_bounds_are_those_of_the_host() -> None:
    assert COMMENT.bytes <= 65_536
    assert STEP.bytes < 1_048_576


def cells(*parts: str) -> Iterator[str]:
    yield from table(("a", "b"), [parts])


@given(TEXTS)
def test_code_is_code_with_the_same_text_in_a_cell_too(text: str) -> None:
    shown = re.sub(" +", " ", clean(text).strip()) or '""'
    for page in (read(f"x {code(text)} x\n"), read("".join(cells(code(text), "x")))):
        assert [re.sub(" +", " ", each) for each in page.codes] == [shown]
        assert set(page.tags) <= {"p", "code", "table", "thead", "tbody", "tr", "th", "td"}


@given(TEXTS)
def test_plain_text_is_text(text: str) -> None:
    for page in (read(f"x {plain(text)} x\n"), read("".join(cells(f"x {plain(text)}", "x")))):
        assert set(page.tags) <= {"p", "table", "thead", "tbody", "tr", "th", "td"}
        assert re.sub(r"\s", "", clean(text)) in re.sub(r"\s", "", "".join(page.texts))


@given(TEXTS)
def test_advice_holds_code_and_text(text: str) -> None:
    page = read(f"x {advice(text)} x\n")
    assert set(page.tags) <= {"p", "code"}


@given(st.lists(TEXTS, min_size=1, max_size=4))
def test_a_fence_is_not_broken_out_of(lines: list[str]) -> None:
    page = read(f"{fence(lines)}\n\nend\n")
    assert page.tags == ["pre", "code", "p"]
    assert page.codes[0].rstrip("\n") == "\n".join(map(clean, lines)).rstrip("\n")


@given(TEXTS, TEXTS)
def test_what_is_folded_stays_folded(words: str, name: str) -> None:
    page = read(f"{folded((words, name, words), [fence([name])])}\n\nend\n")
    assert [each for each in page.tags if each != "code"] == ["details", "summary", "pre", "p"]
    assert page.open == []


def test_nobody_is_mentioned_and_no_issue_linked() -> None:
    """The host does both behind the parser, in text that stands together and is not code."""
    page = read(f"{plain('@nobody #1')}\n\n{folded(('@nobody',), [])}")
    assert not [each for each in page.texts if re.search(r"@\w|#\d", each)]
