"""The page as text: everything escaped, everything in it, the same each time, and no part of it from elsewhere."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from leakcheck.records import Change, Excerpt, Finding, Location, Made, PathChange, Result, Source, TestRun
from leakcheck.reports.formats.html import Report
from leakcheck.reports.page.text import digest, link_to, with_code
from reports import samples
from reports.large import large

STORIES = (
    "Fixture as_alice leaves dependency_overrides[shop.auth:current_user] of shop.main:app changed: 5 tests fail",
    "test_order_is_confirmed_by_mail leaves shop.mailer.send changed: 3 tests fail after this polluter.",
    "test_long_pages leaves app.state.page_size of shop.admin:app changed: 3 tests read it, and no outcome changes",
    "test_version_is_the_release leaves app.state.release of shop.main:app changed: no test reads it so far.",
    'leaves app.state.holds["kettle"] of shop.main:app changed: 1 test fails when run again.',
)
VOID = {"wbr", "meta", "link", "br", "input", "img", "hr"}


class Parsed(HTMLParser):
    """Elements by tag, text of scripts and styles, text that is shown, and end tags that do not fit."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.raw: list[tuple[dict[str, str | None], str]] = []
        self.words: list[str] = []
        self.misplaced: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.inside.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.inside or self.inside.pop() != tag:
            self.misplaced.append(tag)

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] in ("script", "style"):
            self.raw.append((self.elements[-1][1], data))
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))

    def count(self, tag: str) -> int:
        return sum(each == tag for each, _ in self.elements)


def page(found: Result) -> Parsed:
    return Parsed(Report().render(found))


def data(found: Result) -> dict[str, Any]:
    (only,) = [text for attributes, text in page(found).raw if attributes.get("id") == "data"]
    return dict(json.loads(only))


RESULTS = {
    "shop": samples.shop(),
    "troubled": samples.troubled(),
    "hostile": samples.hostile(),
    "clean": samples.result((samples.verdict("tests/test_a.py::test_x"),)),
    "empty": samples.result(),
}


@pytest.mark.parametrize("found", RESULTS.values(), ids=list(RESULTS))
def test_elements_are_closed_where_they_were_opened_and_ids_are_unique(found: Result) -> None:
    parsed = page(found)
    assert parsed.misplaced == []
    assert parsed.inside == []
    ids = [attributes["id"] for _, attributes in parsed.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("found", RESULTS.values(), ids=list(RESULTS))
def test_nothing_is_loaded_and_only_its_own_script_and_style_are_allowed(found: Result) -> None:
    parsed = page(found)
    assert {tag for tag, _ in parsed.elements} & {"img", "iframe", "object", "embed", "base", "form"} == set()
    addresses = [
        value for _, attributes in parsed.elements for name in ("src", "href") if (value := attributes.get(name))
    ]
    assert [each for each in addresses if not each.startswith(("#", "data:image/svg+xml,"))] == []
    assert not [
        name for _, attributes in parsed.elements for name in attributes if name.startswith("on") or name == "style"
    ]
    (policy,) = [
        attributes["content"]
        for _, attributes in parsed.elements
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    texts = {"data" if attributes else "own": text for attributes, text in parsed.raw}
    style = next(text for _, text in parsed.raw if ":root" in text)
    assert f"'{digest(texts['own'])}'" in str(policy)
    assert f"'{digest(style)}'" in str(policy)
    assert "unsafe" not in str(policy)


def test_texts_of_the_project_are_no_markup() -> None:
    evil = "</script><img src=x onerror=alert(1)>'\"`&amp;"
    location = Location("app_state", evil, evil)
    source = Source(f"{evil}.py", 2, evil, "call")
    leak = replace(
        samples.leak(1, location, "broken", f"a.py::{evil}"),
        sources=(source,),
        before=evil,
        after=evil,
        paths=(PathChange(evil, evil, evil),),
        victims=(f"b.py::{evil}",),
    )
    found = replace(
        samples.result(
            (samples.verdict(f"a.py::{evil}"), samples.verdict(f"b.py::{evil}", "victim", evil, declared="failed")),
            leaks=(leak,),
            edges=(samples.edge((f"a.py::{evil}",), f"b.py::{evil}", "L1"),),
        ),
        runs=(TestRun(f"a.py::{evil}", "passed", changes=(Change(location, evil, evil, "d", sources=(source,)),)),),
        excerpts=(Excerpt(source.file, 1, (evil, evil)),),
        notes=(evil,),
    )
    text = Report().render(found)
    plain, parsed = page(RESULTS["clean"]), Parsed(text)
    assert parsed.count("script") == plain.count("script") == 2
    assert parsed.count("img") == 0
    assert evil in parsed.text
    embedded = next(raw for attributes, raw in parsed.raw if attributes.get("id") == "data")
    assert not set("<>&\u2028\u2029") & set(embedded)
    assert evil in json.dumps(json.loads(embedded), ensure_ascii=False).replace('\\"', '"')


def test_paths_of_the_machine_stay_out() -> None:
    found = samples.shop()
    found = replace(
        found, suite=replace(found.suite, rootdir="/home/me/shop"), notes=("see /home/me/shop/tests/a.py",)
    )
    text = Report().render(found)
    assert "/home/me" not in text
    assert "see tests/a.py" in text


def test_the_verdict_is_told_in_the_words_of_the_terminal() -> None:
    parsed = page(samples.shop())
    assert "16 of 64 tests depend on the order, 1 fails when run again" in parsed.text
    assert "64 tests: 16 order-dependent (14 victims, 2 brittle), 1 self-polluting" in parsed.text
    assert "10 leaks: 8 broken, 1 read, 1 latent" in parsed.text
    assert "audit 6.1 s = 9.0 plain runs of CPU, 4.4 of wall time" in parsed.text
    assert "Nothing is left unexplained" in parsed.text


@pytest.mark.parametrize(
    ("found", "headline"),
    [
        (samples.result(), "No tests were collected: nothing to audit"),
        (RESULTS["clean"], "No test depends on the order"),
        (
            samples.result(
                (samples.verdict("a.py::a"),),
                leaks=(samples.leak(1, Location("app_state", "a:app", "x"), "latent", "a.py::a"),),
            ),
            "No test depends on the order, but 1 leak is left",
        ),
        (samples.result((samples.verdict("a.py::a", "self-polluting"),)), "Of 1 test, 1 fails when run again"),
        (samples.result((samples.verdict("a.py::a", "brittle"),)), "1 of 1 test depends on the order"),
    ],
    ids=["empty", "clean", "leaking", "self-polluting", "one"],
)
def test_the_headline_says_it_in_a_sentence(found: Result, headline: str) -> None:
    assert f"{headline} " in page(found).text


def test_each_leak_has_a_card_that_tells_its_story() -> None:
    text = page(samples.shop()).text
    for story in STORIES:
        assert story in text


def test_an_import_that_leaks_is_told_as_one() -> None:
    place = Location("app_state", "a:app", "x")
    leak = replace(
        samples.leak(1, place, "broken", "tests/test_b.py"),
        sources=(Source("tests/test_b.py", 3, "<module>", "import"),),
        victims=("a.py::a",),
    )
    found = samples.result(
        (samples.verdict("a.py::a", "victim"),),
        leaks=(leak,),
        edges=(samples.edge(("tests/test_b.py",), "a.py::a", "L1"),),
    )
    story = (
        "The import of tests/test_b.py leaves app.state.x of a:app changed: 1 test fails after the import of this"
    )
    assert story in page(found).text


def test_the_line_that_wrote_is_marked_among_its_neighbours() -> None:
    lines = ("def as_alice():", "    # why", "    app.dependency_overrides[who] = alice", "", "")
    found = replace(samples.shop(), excerpts=(Excerpt("tests/conftest.py", 39, lines),))
    text = Report().render(found)
    assert '<ol start="39">' in text
    assert '<li class="marked"><mark>    app.dependency_overrides[who] = alice</mark></li>' in text
    assert '<li>    <span class="c"># why</span></li>' in text
    assert text.count("<li></li>") == 0


def test_the_harm_that_no_leak_explains_has_a_card_too() -> None:
    found = samples.result(
        (samples.verdict("a.py::a"), samples.verdict("a.py::b", "victim")),
        edges=(samples.edge(("a.py::a",), "a.py::b", None),),
    )
    assert "No single recorded leak explains these tests" in page(found).text


def test_flaky_failing_and_unexplained_tests_are_told() -> None:
    flaky = samples.troubled().tests[1].id
    finding = Finding(
        "LK401", "note", "differs", "tests/test_a.py", 1, (flaky,), None, "Take chance out of the test."
    )
    text = page(replace(samples.troubled(), findings=(finding,))).text
    assert "Take chance out of the test." in text
    for words in (
        "Flaky tests: the outcome differs",
        "Failing tests: in every execution",
        "Crashing tests",
        "Unexplained:",
    ):
        assert words in text


def test_outcomes_are_a_letter_for_each_order() -> None:
    found = data(samples.shop())
    assert found["orders"] == ["declared", "reversed", "isolated"]
    assert {row[4] for row in found["tests"]} == {".F.", ".FF", "...", ". ."}


def test_what_a_test_changed_and_read_is_in_the_data() -> None:
    place = Location("app_state", "shop.main:app", "cache")
    source = Source("tests/conftest.py", 3, "sale", "setup", "sale", "function")
    change = Change(place, "a", "b", "d", paths=(PathChange('["mug"]', "1200", "900"),), sources=(source,))
    first = samples.shop().tests[0].id
    found = data(replace(samples.shop(), runs=(TestRun(first, "passed", changes=(change,), reads=(place,)),)))
    (changes, reads) = found["traces"]["0"]
    ((phase, where, parts, writers, remarks),) = changes
    texts = found["texts"]
    assert found["phases"][phase] == "During setup"
    assert texts[where] == "app.state.cache of shop.main:app"
    assert [[texts[each] for each in part] for part in parts] == [['["mug"]', "1200", "900"]]
    assert [texts[each] for each in writers] == [
        "tests/conftest.py:3 in fixture sale (function scope), during setup"
    ]
    assert (remarks, [texts[each] for each in reads]) == ([], ["app.state.cache of shop.main:app"])


def test_links_of_tests_survive_any_name() -> None:
    assert link_to("tests/a.py::test_x[1-ü &#%]") == "#test=tests/a.py::test_x[1-%C3%BC%20%26%23%25]"


def test_backticks_are_code_and_the_rest_is_text() -> None:
    assert with_code("a `b<c>` d") == "a <code>b&lt;c&gt;</code> d"


def test_a_large_suite_fits_into_six_megabytes() -> None:
    assert len(Report().render(large()).encode()) <= 6_000_000


def test_the_parts_of_the_page_are_in_the_package() -> None:
    parts = {each.name for each in files("leakcheck.reports").joinpath("page", "assets").iterdir()}
    assert {"page.html.jinja", "base.css", "page.js", "icons.svg"} <= parts


def test_its_icon_is_the_logo_of_the_documentation() -> None:
    logo = (Path(__file__).parents[3] / "docs/images/logo.svg").read_text("utf-8").strip()
    (icon,) = re.findall(r'<link rel="icon" href="data:image/svg\+xml,([^"]+)">', Report().render(samples.shop()))
    assert unquote(icon) == logo


def test_the_top_tells_what_it_is_of_what_and_when() -> None:
    made = Made("leakcheck run tests", "2026-11-30T14:52:27+00:00", "4f2c9a7710be")
    text = Report().render(replace(samples.shop(), made=made))
    top = text[text.index('class="about"') : text.index('class="tiles"')]
    for told in (
        "an audit of which tests",
        "project",
        "4f2c9a7710be",
        "2026-11-30 14:52 UTC",
        "leakcheck run tests",
    ):
        assert told in top
    assert "Revision" not in Report().render(samples.shop())


def test_an_audit_that_did_not_end_has_a_banner_and_nothing_open_looks_settled() -> None:
    whole = samples.shop()
    cut = replace(whole, certificate=replace(whole.certificate, limits=("This audit was not finished.",)))
    assert 'class="banner"' not in Report().render(whole)
    assert 'class="sentence open"' not in Report().render(whole)
    assert 'class="banner"' in Report().render(cut)
    assert 'class="sentence open"' in Report().render(cut)


def test_a_proof_is_told_in_three_steps() -> None:
    text = " ".join(Report().render(samples.shop()).split())
    assert "alone: <b>passes</b>" in text
    assert "behind the polluter: <b>fails</b>" in text
    assert "behind the polluter, the value put back: <b>passes</b>" in text
    assert "behind the state-setter: <b>passes</b>" in text


def test_what_is_the_same_of_all_hazards_of_a_kind_is_told_once() -> None:
    found = [
        Finding(
            "LK503", "note", "A client is called", f"tests/test_{n}.py", 3, (), None, "Await it.", why="It blocks."
        )
        for n in range(3)
    ]
    told = Report().render(replace(samples.result(), findings=tuple(found)))
    assert told.count("A client is called. It blocks.") == 1
    differing = (replace(found[0], title="A client is opened"), *found[1:])
    assert (
        Report().render(replace(samples.result(), findings=differing)).count("A client is called. It blocks.") == 2
    )
