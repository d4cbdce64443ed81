"""The page of a large suite: the worst is shown, the rest folded, and there are no more rows than can be seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Opened
from leakcheck.records import Location, Result
from leakcheck.reports.formats.html import Report
from reports import samples
from reports.large import large

pytestmark = pytest.mark.browser

SIZES = {"5 leaks": (60, 5), "40 leaks": (400, 40), "500 leaks": (5_000, 500)}
MOST = 20


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("large")
    for tests, leaks in SIZES.values():
        (folder / f"{leaks}.html").write_text(Report().render(large(tests, 20, leaks)), "utf-8")
    return {name: folder / f"{leaks}.html" for name, (_, leaks) in SIZES.items()}


def boxes(page: Page, what: str) -> list[dict[str, float]]:
    return [each.bounding_box() or {} for each in page.locator(what).all()]  # type: ignore[misc]


@pytest.mark.parametrize("name", SIZES)
def test_the_map_stays_readable(opened: Opened, pages: dict[str, Path], screenshots: Path, name: str) -> None:
    page = opened(pages[name])
    for column in ("left", "middle", "right"):
        nodes = boxes(page, f".node.{column} .box")
        assert 1 <= len(nodes) <= MOST
        assert all(below["y"] >= above["y"] + above["height"] for above, below in pairwise(nodes))
        for node, label in zip(nodes, boxes(page, f".node.{column} .label"), strict=True):
            assert label["x"] + label["width"] <= node["x"] + node["width"]
            assert label["height"] >= 11
    page.locator("#map").screenshot(path=screenshots / f"map of {name}.png")


def test_all_leaks_are_in_the_map_whatever_its_groups(opened: Opened, pages: dict[str, Path]) -> None:
    page = opened(pages["500 leaks"])
    labels = page.locator(".node.middle").locator("title").all_text_contents()
    assert sum(int(label.rpartition(", ")[2].split()[0]) for label in labels) == 500


def middle(page: Page) -> list[str]:
    return page.locator(".node.middle .label").all_text_contents()


def test_the_worst_leaks_come_first_and_the_harmless_are_folded_last(
    opened: Opened, pages: dict[str, Path]
) -> None:
    found = large(5_000, 20, 500)
    page = opened(pages["500 leaks"])
    subs = page.locator(".node.middle:not(.group) .sub").all_text_contents()
    victims = {leak.id: len(leak.victims) for leak in found.leaks}
    shown = [victims[sub.partition(",")[0]] for sub in subs]
    assert shown == sorted(victims.values(), reverse=True)[: len(shown)]
    hurting = sum(leak.impact == "broken" for leak in found.leaks)
    assert middle(page)[len(shown) :] == [
        f"and {hurting - len(shown)} more that hurt tests",
        f"and {len(found.leaks) - hurting} more that hurt nobody",
    ]
    folds = page.locator(".node.group.left .label").all_text_contents()
    assert [label.partition(" more ")[2] for label in folds] == ["that hurt tests", "that hurt nobody"]


@pytest.mark.parametrize("width", [400, 640, 700], ids=["phone", "1280 at 200 % zoom", "1400 at 200 % zoom"])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_is_wider_than_a_narrow_window(
    opened: Opened, pages: dict[str, Path], size: str, width: int
) -> None:
    page = opened(pages[size], width=width, device_scale_factor=2)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_word_of_what_is_folded_is_cut_in_a_narrow_window(opened: Opened, pages: dict[str, Path]) -> None:
    page = opened(pages["500 leaks"], width=400)
    lines = page.locator(".node.group.left").first.locator("text").all_text_contents()
    assert re.fullmatch(r"and \d+ more that hurt tests", " ".join(lines))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_what_hurts_nobody_is_opened_by_the_keyboard_step_by_step(
    opened: Opened, pages: dict[str, Path], axe: str
) -> None:
    page = opened(pages["500 leaks"])
    page.locator("#map .node[tabindex='0']").focus()
    page.locator(".node.middle").first.evaluate("node => node.focus()")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    expect(page.locator("#filter")).to_contain_text(
        "Only what goes through the other 200 that hurt nobody: 200 leaks"
    )
    kept = page.locator(".node.middle:not(.group)").count()
    assert middle(page)[kept:] == [f"and {200 - kept} more that hurt nobody"]
    assert page.locator(".node:focus").count() == 1
    page.evaluate(axe)
    found = page.evaluate("axe.run('#map', { resultTypes: ['violations'] })")["violations"]
    assert [each["id"] for each in found] == []
    page.locator(".node.middle.group").dispatch_event("click")
    expect(page.locator("#filter")).to_contain_text(f"the other {200 - kept} that hurt nobody: {200 - kept} leaks")
    page.get_by_role("button", name="Show everything").click()
    assert middle(page)[-1] == "and 200 more that hurt nobody"


def test_tests_that_are_folded_are_opened(opened: Opened, pages: dict[str, Path]) -> None:
    page = opened(pages["500 leaks"])
    before = set(page.locator(".node.right:not(.group) title").all_text_contents())
    page.locator(".node.right.group").first.dispatch_event("click")
    expect(page.locator("#filter")).to_contain_text("that are hurt: ")
    after = set(page.locator(".node.right:not(.group) title").all_text_contents())
    names = [{title.partition(";")[0] for title in each} for each in (before, after)]
    assert names[1]
    assert not names[0] & names[1]


def test_a_line_is_as_wide_as_the_harm_that_it_carries(opened: Opened, written: Callable[[Result], Path]) -> None:
    tests = [f"tests/test_a.py::test_{number}" for number in range(12)]
    places = [Location("app_state", "shop.main:app", name) for name in ("much", "little")]
    hurt = {"much": tests[1:9], "little": tests[10:11]}
    polluters = {"much": tests[0], "little": tests[9]}
    leaks = tuple(
        replace(
            samples.leak(number, place, "broken", polluters[place.key]),
            victims=tuple(hurt[place.key]),
            sources=(),
        )
        for number, place in enumerate(places, start=1)
    )
    verdicts = tuple(samples.verdict(test) for test in tests)
    page = opened(written(samples.result(verdicts, leaks=leaks)))
    widths = [float(each.get_attribute("stroke-width") or 0) for each in page.locator("svg.map .link").all()]
    assert len(widths) == 1 + 8 + 1 + 1
    widest, *rest = sorted(widths, reverse=True)
    assert widest == pytest.approx(8 * rest[0])


def test_labels_that_differ_are_shown_where_they_differ(opened: Opened, written: Callable[[Result], Path]) -> None:
    start, end = "test_the_price_of_everything_in_the_shop_", "_is_what_it_was_before_the_sale_had_begun"
    words = ("kettle", "mug", "spoon")
    tests = [f"tests/test_a.py::{start}{word}{end}" for word in words]
    place = Location("app_state", "shop.main:app", "sale")
    leak = replace(samples.leak(1, place, "broken", "tests/test_a.py::test_sale"), victims=tuple(tests), sources=())
    verdicts = tuple(samples.verdict(test) for test in ("tests/test_a.py::test_sale", *tests))
    page = opened(written(samples.result(verdicts, leaks=(leak,))))
    labels = page.locator(".node.right .label").all_text_contents()
    assert len(set(labels)) == len(words)
    for word, label, node in zip(words, labels, boxes(page, ".node.right .box"), strict=True):
        assert word in label
        assert label.startswith("test_the")
        assert "…" in label
        assert len(label) * 7 < node["width"]


def test_a_click_on_a_group_opens_it(opened: Opened, pages: dict[str, Path]) -> None:
    page = opened(pages["500 leaks"])
    group = page.locator(".node.middle.group").first
    number = int((group.locator("title").text_content() or "").rpartition(", ")[2].split()[0])
    group.dispatch_event("click")
    expect(page.locator("#filter")).to_contain_text(f"{number} leaks")
    expect(page.locator("article.card:visible")).to_have_count(number)
    page.get_by_role("button", name="Show everything").click()
    expect(page.locator("article.card:visible")).to_have_count(500)


def test_thousands_of_rows_are_scrolled_and_few_are_built(opened: Opened, pages: dict[str, Path]) -> None:
    page = opened(pages["500 leaks"])
    page.get_by_label("only tests whose outcome differs").uncheck()
    expect(page.locator("#matrix-count")).to_have_text("5,000 of 5,000 tests")
    rows = page.locator("#matrix tbody tr[aria-rowindex]")
    assert rows.count() < 100
    expect(page.locator("#matrix table")).to_have_attribute("aria-rowcount", "5001")
    page.locator("#matrix").evaluate("box => { box.scrollIntoView({ block: 'center' }); box.scrollTop = 1e9; }")
    expect(page.locator("#matrix tr[aria-rowindex='5001']")).to_be_in_viewport()
    assert rows.count() < 100


def test_a_test_among_thousands_is_found(opened: Opened, pages: dict[str, Path]) -> None:
    page = opened(pages["500 leaks"])
    page.get_by_label("Name of the test").fill("4711-pounds")
    expect(page.locator("#found li")).to_have_count(1)
    page.get_by_label("Name of the test").fill("")
    expect(page.locator("#found-count")).to_have_text("5,000 tests; the first 40 are shown")


def test_cards_far_down_are_unfolded_when_they_are_wanted(opened: Opened, pages: dict[str, Path]) -> None:
    page = opened(pages["500 leaks"], fragment="#leak-L400")
    card = page.locator("#leak-L400")
    expect(card).to_be_focused()
    expect(card.get_by_role("heading", name="Where it is written")).to_be_visible()
    last = page.locator("#leak-L500")
    expect(last.locator(".diff")).to_have_count(0)
    last.locator("summary").first.click()
    expect(last.locator(".diff")).to_be_visible()
    page.get_by_label("Containing").first.fill("value_4 = client.get")
    expect(page.locator("article.card:visible")).to_have_count(500)
    page.get_by_label("Containing").first.fill("noscript")
    expect(page.locator("article.card:visible")).to_have_count(0)


def test_without_scripts_they_are_there_as_well(opened: Opened, pages: dict[str, Path]) -> None:
    page = opened(pages["40 leaks"], java_script_enabled=False)
    last = page.locator("#leak-L40")
    last.locator("summary").first.click()
    expect(last.locator(".diff, .who h4").first).to_be_visible()
