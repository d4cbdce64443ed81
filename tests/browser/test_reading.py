"""A reader clicks through the report of the sample suite: verdict, leaks, one leak, orders, one test."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from browser.conftest import Opened
from support import SAMPLES

pytestmark = pytest.mark.browser

TRUTH: dict[str, Any] = json.loads((SAMPLES / "shared_app" / "truth.json").read_text("utf-8"))
OVERRIDE = "dependency_overrides[shop.auth:current_user] of shop.main:app"
WISHLIST = "tests/test_wishlist.py::test_wishlist_needs_a_login"


@pytest.fixture
def page(opened: Opened, shared_app: Path) -> Page:
    return opened(shared_app)


def card(page: Page, place: str) -> Any:
    return page.locator("article.card", has=page.locator("h3", has_text=place))


def test_the_verdict_is_seen_without_scrolling(page: Page) -> None:
    verdict = page.get_by_role("region", name=re.compile("of 67 tests depend on the order"))
    expect(verdict).to_be_in_viewport(ratio=1)
    expect(verdict).to_contain_text("67 tests: 15 order-dependent (13 victims, 2 brittle), 1 self-polluting")
    expect(verdict).to_contain_text("10 leaks: 8 broken, 1 read, 1 latent; audit")
    expect(verdict).to_contain_text("plain run")
    expect(verdict).to_contain_text("Nothing is left unexplained")


def test_the_map_has_three_columns_with_every_leak(page: Page) -> None:
    for column, names in {
        "left": ("as_alice", "fixture, tests/conftest.py:41"),
        "middle": ("dependency_overrides[shop.auth:current_user]", "of shop.main:app"),
        "right": ("test_wishlist_needs_a_login", "tests/test_wishlist.py"),
    }.items():
        for name in names:
            expect(page.locator(f".node.{column}", has_text=name).first).to_be_visible()
    expect(page.locator(".node.middle")).to_have_count(len(TRUTH["leaks"]))


def test_the_weight_of_a_line_is_its_impact_and_dashes_are_what_was_only_observed(page: Page) -> None:
    weights = {
        impact: float(page.locator(f".link.{impact}").first.get_attribute("stroke-width") or 0)
        for impact in ("broken", "read", "latent")
    }
    assert weights["broken"] > weights["read"] > weights["latent"]
    dashes = "element => getComputedStyle(element).strokeDasharray"
    assert page.locator(".link.broken").first.evaluate(dashes) == "none"
    assert page.locator(".link.read").first.evaluate(dashes) != "none"


def test_pointing_lights_up_one_path(page: Page) -> None:
    page.locator(".node.left", has_text="as_alice").hover()
    expect(page.locator(".node.on")).to_have_count(1 + 1 + 5)
    expect(page.locator(".link.on")).to_have_count(1 + 5)
    page.locator("#map-title").hover()
    expect(page.locator(".map.lit")).to_have_count(0)


def test_the_path_of_a_victim_leads_back_to_its_polluters_alone(page: Page) -> None:
    page.locator(".node.right", has_text="test_guests_have_no_session").hover()
    lit = page.locator(".node.on")
    expect(lit.filter(has_text="test_guests_are_greeted")).to_have_count(0)
    expect(page.locator(".node.middle.on")).to_have_text(re.compile("cookie shop_session"))


def test_a_click_filters_the_rest_of_the_page_and_another_shows_it_again(page: Page) -> None:
    page.locator(".node.left", has_text="as_alice").click()
    expect(page.locator("#filter")).to_contain_text("Only what goes through as_alice: 1 leak")
    expect(page.locator("article.card:visible")).to_have_count(1)
    expect(card(page, OVERRIDE)).to_be_visible()
    expect(page.locator("#matrix tbody tr")).to_have_count(5)
    page.get_by_role("button", name="Show everything").click()
    expect(page.locator("article.card:visible")).to_have_count(len(TRUTH["leaks"]))


def test_the_map_is_walked_with_the_keyboard(page: Page) -> None:
    page.locator("#map .node[tabindex='0']").focus()
    expect(page.locator("#map .node[tabindex='0']")).to_have_count(1)
    assert page.locator(".map.lit .node.on").count() > 1
    page.keyboard.press("ArrowRight")
    expect(page.locator(".node.middle:focus")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#filter")).to_contain_text("Only what goes through")
    expect(page.locator(".node:focus")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#filter")).to_be_empty()


def test_a_card_tells_one_leak(page: Page) -> None:
    leak = card(page, OVERRIDE)
    if leak.locator("> details[open]").count() == 0:
        leak.locator("summary").first.click()
    expect(leak.locator(".story")).to_have_text(
        f"Fixture as_alice leaves {OVERRIDE} changed: 5 tests fail after any of 5 polluters."
    )
    expect(leak.locator(".code mark")).to_have_text(re.compile(r"app\.dependency_overrides\[current_user\] = "))
    expect(leak.locator(".code li")).not_to_have_count(1)
    expect(leak.locator(".diff .before").first).to_have_text("absent")
    expect(leak.locator(".diff .after").first).to_contain_text("function tests.conftest:as_alice")
    expect(leak.locator(".proof")).to_have_text("proven: putting it back makes the test pass")
    witness = leak.locator("details.proven", has_text="test_wishlist_needs_a_login").first
    if witness.get_attribute("open") is None:
        witness.locator("summary").click()
    expect(witness.locator("ol.witness li")).to_have_count(2)
    expect(witness.locator("ol.witness li").last).to_have_text(f"{WISHLIST} fails")
    expect(leak.locator(".fix")).to_contain_text("yield")
    expect(leak.locator(".fix pre")).to_contain_text("app.dependency_overrides.pop(current_user, None)")


def test_nested_values_differ_by_path(page: Page) -> None:
    leak = card(page, 'app.state.cache["prices"]["mug"] of shop.main:app')
    leak.locator("summary").first.click()
    expect(leak.locator(".diff tbody tr")).to_have_text('["prices"]["mug"]absent900')
    expect(leak.locator(".fix pre")).to_contain_text("def create_app():")


def test_cookies_are_fixed_by_a_client_for_each_test(page: Page) -> None:
    leak = card(page, "cookie shop_session of tests.clients:browser")
    leak.locator("summary").first.click()
    expect(leak.locator(".fix pre").first).to_contain_text("with TestClient(app) as client:")


def test_a_command_is_copied_as_it_stands(opened: Opened, shared_app: Path) -> None:
    page = opened(shared_app, permissions=["clipboard-read", "clipboard-write"])
    command = page.locator("article.card .command").first
    command.get_by_role("button").click()
    expect(command.get_by_role("button")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == command.locator("code").inner_text()
    assert copied.startswith("pytest ")


def test_the_matrix_shows_what_differs_and_all_on_demand(page: Page) -> None:
    matrix = page.locator("#matrix")
    differing = {*TRUTH["victims"], *TRUTH["brittle"]}
    rows = matrix.locator("tbody th[scope=row]")
    assert {each.inner_text() for each in rows.all()} <= differing
    head = matrix.locator("thead th").all_inner_texts()
    assert head == ["test", "verdict", "declared", "reversed", "isolated"]
    first = matrix.locator("tbody tr").first.locator("td.o")
    assert {each.inner_text().split()[-1] for each in first.all()} == {"passed", "failed"}
    page.get_by_label("only tests whose outcome differs").uncheck()
    expect(rows).to_have_count(67)
    page.locator("#matrix-text").fill("wishlist_needs")
    expect(rows).to_have_count(1)


def test_a_test_is_found_by_parts_of_its_name(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.get_by_label("Name of the test")).to_be_focused()
    page.keyboard.type("wishlist needs login")
    expect(page.locator("#found li")).to_have_count(1)
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name=WISHLIST)
    expect(sheet).to_be_visible()
    expect(sheet).to_contain_text("victim")
    expect(sheet.locator(".outcomes")).to_contain_text("reversed: failed")
    expect(sheet).to_contain_text("fails after any of 5 polluters")
    expect(sheet).to_contain_text("proven: putting it back makes the test pass")
    expect(sheet.locator(".reads")).to_contain_text(OVERRIDE)
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    assert page.evaluate("location.hash") == ""


def test_a_test_has_a_link_of_its_own(opened: Opened, shared_app: Path) -> None:
    polluter = "tests/test_wishlist.py::test_wishes_are_kept_once"
    page = opened(shared_app, fragment=f"#test={quote(polluter)}")
    sheet = page.get_by_role("dialog", name=polluter)
    expect(sheet).to_contain_text("polluter")
    expect(sheet).to_contain_text("During setup")
    expect(sheet.locator(".diff")).to_contain_text("absent")
    expect(sheet).to_contain_text("written tests/conftest.py:41 in fixture as_alice (function scope), during setup")
    expect(sheet).to_contain_text("breaks 5 tests by L")
    sheet.get_by_role("link", name="test_profile_needs_a_login").click()
    expect(page.get_by_role("dialog", name="tests/test_accounts.py::test_profile_needs_a_login")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog", name=polluter)).to_be_visible()
    page.locator("#sheet a.leak").first.click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("article.card:focus")).to_have_count(1)


def test_an_unknown_test_is_told(opened: Opened, shared_app: Path) -> None:
    page = opened(shared_app, fragment="#test=no%20such%E0%A4%A")
    expect(page.get_by_role("dialog")).to_contain_text("No test of this audit has this name.")
