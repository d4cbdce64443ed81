"""The page of a large suite: grouped, not shrunk, and no more rows than can be seen."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Opened
from leakcheck.reports.formats.html import Report
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
