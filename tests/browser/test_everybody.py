"""Anybody can read the page: by keyboard and screen reader, in the dark, on a phone, on paper, without scripts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Opened

pytestmark = pytest.mark.browser

LOOKS: Mapping[str, Mapping[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "narrow": {"color_scheme": "light", "width": 390},
    "narrow-dark": {"color_scheme": "dark", "width": 390},
}


REGIONS = (
    "What to fix first",
    "Leaks, by root cause",
    "Leak map",
    "Orders",
    "Look up a test",
    "What was covered",
)


def violations(page: Page, axe: str) -> list[str]:
    """What axe-core finds wrong with the page as it stands."""
    page.evaluate(axe)
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"]
    return [f"{each['id']}: {node['html']} {node['failureSummary']}" for each in found for node in each["nodes"]]


@pytest.mark.parametrize("look", LOOKS.values(), ids=list(LOOKS))
def test_axe_finds_no_violation(opened: Opened, shared_app: Path, axe: str, look: Mapping[str, Any]) -> None:
    page = opened(shared_app, **look)
    assert violations(page, axe) == []
    page.get_by_role("button", name="Open all").click()
    page.get_by_label("only tests whose outcome differs").uncheck()
    page.locator(".node.middle").first.dispatch_event("click")
    expect(page.locator("#filter")).to_contain_text("Only what goes through")
    assert violations(page, axe) == []


@pytest.mark.parametrize("look", [LOOKS["light"], LOOKS["dark"]], ids=["light", "dark"])
def test_axe_finds_no_violation_in_the_sheet_of_a_test(
    opened: Opened, shared_app: Path, axe: str, look: Mapping[str, Any]
) -> None:
    page = opened(shared_app, fragment="#test=tests/test_wishlist.py::test_wishes_are_kept_once", **look)
    expect(page.get_by_role("dialog")).to_be_visible()
    assert violations(page, axe) == []


@pytest.mark.parametrize("look", LOOKS.values(), ids=list(LOOKS))
def test_nothing_is_wider_than_the_window(opened: Opened, shared_app: Path, look: Mapping[str, Any]) -> None:
    page = opened(shared_app, **look)
    page.get_by_role("button", name="Open all").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_page_has_landmarks_and_headings_in_order(opened: Opened, shared_app: Path) -> None:
    page = opened(shared_app)
    for role in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(role)).to_have_count(1)
    expect(page.get_by_role("navigation", name="Parts of the report")).to_be_visible()
    for name in REGIONS:
        expect(page.get_by_role("region", name=name, exact=True)).to_have_count(1)


def test_fixes_come_first_then_causes_then_the_map(opened: Opened, shared_app: Path) -> None:
    headings = opened(shared_app).get_by_role("heading", level=2).all_inner_texts()
    assert headings[: len(REGIONS)] == list(REGIONS[:4]) + headings[4 : len(REGIONS)]
    assert [name for name in headings if name in REGIONS] == list(REGIONS)


def test_a_word_is_explained_by_the_keyboard(opened: Opened, shared_app: Path) -> None:
    page = opened(shared_app)
    meaning = page.locator("#word-victim")
    expect(meaning).to_be_hidden()
    page.locator(".terms").get_by_role("button", name="victim").focus()
    page.keyboard.press("Enter")
    expect(meaning).to_be_visible()
    expect(meaning).to_contain_text("passes alone and fails after another test")
    page.keyboard.press("Escape")
    expect(meaning).to_be_hidden()


def test_axe_finds_no_violation_in_an_explanation(opened: Opened, shared_app: Path, axe: str) -> None:
    page = opened(shared_app)
    page.locator(".terms").get_by_role("button", name="watched kind").click()
    assert violations(page, axe) == []


@pytest.mark.parametrize("look", LOOKS.values(), ids=list(LOOKS))
def test_no_text_is_smaller_than_twelve_pixels(opened: Opened, shared_app: Path, look: Mapping[str, Any]) -> None:
    page = opened(shared_app, **look)
    page.get_by_role("button", name="Open all").click()
    small = page.evaluate(
        """() => { const found = new Set(), walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
        while (walk.nextNode()) { const at = walk.currentNode.parentElement;
            const size = parseFloat(getComputedStyle(at).fontSize);
            if (walk.currentNode.data.trim() && at.checkVisibility() && size < 12)
                found.add(`${at.tagName} ${at.className?.baseVal ?? at.className}: ${size}`); }
        return [...found]; }"""
    )
    assert small == []


def test_the_keyboard_reaches_everything_and_shows_where_it_is(opened: Opened, shared_app: Path) -> None:
    page = opened(shared_app)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the report")).to_be_focused()
    seen = set()
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            break  # behind the last stop
        name, outline = page.evaluate(
            """() => { const at = document.activeElement, box = at.querySelector?.('.box') ?? at;
            return [at.id || at.className?.baseVal || at.className || at.tagName,
                getComputedStyle(at).outlineStyle !== 'none' || getComputedStyle(box).strokeWidth === '3px']; }"""
        )
        assert outline, name
        seen.add(name.split(" ")[0])
    assert {"theme", "node", "leak-text", "open-all", "test", "copy", "differing", "matrix", "find"} <= seen


def test_the_theme_can_be_chosen_and_is_kept(opened: Opened, shared_app: Path) -> None:
    page = opened(shared_app, color_scheme="light")
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    button = page.get_by_role("button", name=re.compile("Theme"))
    button.click()
    expect(button).to_have_text("Theme: light")
    assert page.evaluate(paper) == light
    button.click()
    expect(button).to_have_text("Theme: dark")
    assert page.evaluate(paper) != light
    page.reload()
    expect(button).to_have_text("Theme: dark")


def test_without_javascript_the_verdict_and_the_cards_are_there(opened: Opened, shared_app: Path) -> None:
    page = opened(shared_app, java_script_enabled=False)
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("of 67 tests depend on the order"))
    expect(page.locator("#verdict")).to_contain_text("10 leaks: 8 broken, 1 read, 1 latent")
    expect(page.locator("article.card")).to_have_count(10)
    last = page.locator("article.card").last
    last.locator("summary").first.click()
    expect(last.get_by_role("heading", name="Where it is written")).to_be_visible()
    expect(last.get_by_role("heading", name="How it is usually fixed")).to_be_visible()
    expect(page.locator("#orders tbody tr")).to_have_count(3)
    for hidden in page.locator(".js-only").all():
        expect(hidden).to_be_hidden()


def test_without_colour_everything_is_told_by_shape_or_word(opened: Opened, shared_app: Path) -> None:
    page = opened(shared_app)
    for tag in page.locator("article.card h3 .tag").all():
        assert tag.inner_text() in ("broken", "read", "latent")
        expect(tag.locator("svg")).to_have_count(1)
    assert len({page.locator(f"#i-{impact}").inner_html() for impact in ("broken", "read", "latent")}) == 3
    signs = page.locator("#matrix td.o span[aria-hidden]").all_inner_texts()
    assert {"✓", "✗"} <= set(signs)


@pytest.mark.parametrize("javascript", [True, False], ids=["with JavaScript", "without"])
def test_on_paper_every_card_is_open_and_no_control_is_left(
    opened: Opened, shared_app: Path, tmp_path: Path, javascript: bool
) -> None:
    page = opened(shared_app, java_script_enabled=javascript)
    page.emulate_media(media="print")
    if javascript:
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
    for body in page.locator("article.card .body").all():
        assert body.evaluate("element => element.getBoundingClientRect().height") > 100
    for control in ("nav", ".controls", "button.copy", "#tests"):
        for each in page.locator(control).all():
            expect(each).to_be_hidden()
    assert page.pdf(path=tmp_path / "leaks.pdf").startswith(b"%PDF")


def test_screenshots_are_kept(opened: Opened, shared_app: Path, screenshots: Path) -> None:
    for name, look in LOOKS.items():
        page = opened(shared_app, **look)
        page.screenshot(path=screenshots / f"{name}.png", full_page=True)
        page.evaluate("location.hash = '#test=tests/test_wishlist.py::test_wishlist_needs_a_login'")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.screenshot(path=screenshots / f"{name}-test.png")
    assert len(list(screenshots.glob("*.png"))) >= 2 * len(LOOKS)


@pytest.mark.parametrize("look", [LOOKS["light"], LOOKS["dark"]], ids=["light", "dark"])
def test_code_has_colours_that_can_be_read(opened: Opened, shared_app: Path, look: Mapping[str, Any]) -> None:
    page = opened(shared_app, **look)
    page.get_by_role("button", name="Open all").click()
    spans = page.locator(".code, .fix pre").locator("span.k, span.s, span.d, span.c")
    colours = dict(spans.evaluate_all("all => all.map((each) => [each.className, getComputedStyle(each).color])"))
    assert {"k", "s", "d"} <= set(colours)
    assert len({colours[each] for each in "ksd"}) == 3
    plain = page.locator(".code li").first.evaluate("each => getComputedStyle(each).color")
    assert plain not in {colours[each] for each in "ksd"}
