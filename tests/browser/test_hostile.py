"""Whatever the audited project calls its things, it stays text; and the page loads and runs nothing of others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import expect

from browser.conftest import Opened
from leakcheck.records import Change, Excerpt, Finding, Location, OrderSummary, PathChange, Result, Source, TestRun
from reports import samples

pytestmark = pytest.mark.browser

EVIL = "</script><img src=x onerror=\"window.owned='yes'\"><!--<script>'\"`${window.owned=1}&lt;"
POLLUTER = f"tests/test_a.py::test_evil[{EVIL}]"
PARTS = (".story", ".code mark", ".diff tbody", ".command", ".fix p", ".fix pre", "ol.witness", "figcaption")
RESULTS = {"hidden characters": samples.hostile(), "troubled": samples.troubled(), "empty": samples.result()}
VICTIM = f"tests/test_{EVIL}.py::test_hurt"


def hostile() -> Result:
    """A result in which every text of the project tries to become markup."""
    source = Source(f"tests/{EVIL}.py", 3, EVIL, "setup", EVIL, "function")
    location = Location("client_cookies", f"tests:{EVIL}", EVIL)
    parts = (PathChange(f'["{EVIL}"]', EVIL, EVIL), PathChange(".other", EVIL, EVIL))
    found = replace(
        samples.leak(1, location, "broken", POLLUTER), victims=(VICTIM,), before=EVIL, after=EVIL, paths=parts,
        sources=(source,),
    )  # fmt: skip
    change = Change(location, EVIL, EVIL, "d", paths=parts, sources=(source,))
    hurt = samples.verdict(VICTIM, "victim", declared="failed", isolated="passed")
    edge = replace(samples.edge((POLLUTER,), VICTIM, "L1"), counterfactual=True, reproduce=f"pytest {EVIL}")
    return replace(
        samples.result(
            (samples.verdict(POLLUTER, crash=EVIL), hurt),
            leaks=(found,),
            edges=(edge,),
            findings=(Finding("LK101", "error", EVIL, EVIL, 1, (VICTIM,), "L1", f"`{EVIL}` {EVIL}", EVIL),),
            orders=(OrderSummary(f"random {EVIL}", "random", 1, {"failed": 1}, EVIL),),
        ),
        notes=(EVIL,),
        runs=(TestRun(POLLUTER, "passed", changes=(change,), reads=(location,), crash=EVIL),),
        excerpts=(Excerpt(source.file, 1, (EVIL, "", f"x = {EVIL!r}")),),
    )


def test_markup_of_the_project_is_text_everywhere(opened: Opened, written: Callable[[Result], Path]) -> None:
    page = opened(written(hostile()))
    page.get_by_role("button", name="Open all").click()
    for node in page.locator(".node").all():
        node.dispatch_event("click")
        node.dispatch_event("click")
    page.get_by_label("only tests whose outcome differs").uncheck()
    page.get_by_label("Name of the test").fill("evil")
    for test in (POLLUTER, VICTIM, EVIL):
        page.evaluate("hash => { location.hash = hash }", f"#test={quote(test)}")
        expect(page.locator("#sheet-title")).to_have_text(test)
        expect(page.locator("#sheet img, main img")).to_have_count(0)
    assert page.evaluate("window.owned") is None
    assert page.locator("script").count() == 2


def test_each_text_is_shown_as_it_is(opened: Opened, written: Callable[[Result], Path]) -> None:
    page = opened(written(hostile()))
    card = page.locator("article.card")
    for part in PARTS:
        expect(card.locator(part).first).to_contain_text("</script><img src=x onerror=")
    expect(page.locator("#covered")).to_contain_text(EVIL)
    expect(page.locator("#orders")).to_contain_text("</script><img")


def test_a_long_name_in_a_note_makes_nothing_wider_than_the_window(
    opened: Opened, written: Callable[[Result], Path]
) -> None:
    long = f"tests/{'deep/' * 4}test_shop.py::test_{'of_a_long_name_' * 8}"
    noted = replace(samples.troubled(), notes=(f"the budget was spent: 1 test was never run alone: {long}",))
    page = opened(written(noted), viewport={"width": 400, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_commands_of_orders_can_be_copied_without_scrolling_on_a_tablet(
    opened: Opened, written: Callable[[Result], Path]
) -> None:
    declared = OrderSummary("declared", "declared", None, {"passed": 390, "skipped": 10, "xfailed": 8}, "pytest")
    whole = OrderSummary("random 1 reversed", "random", 1, {"passed": 390, "skipped": 10, "xfailed": 8}, "")
    alone = OrderSummary("isolated", "isolated", None, {"passed": 390, "skipped": 10, "xfailed": 8}, "")
    page = opened(
        written(replace(samples.result(), orders=(declared, whole, alone))), viewport={"width": 753, "height": 800}
    )
    expect(page.locator("#orders .scroll")).to_contain_text("none: pytest has no option for this order")
    assert page.evaluate(
        "(each => each.scrollWidth <= each.clientWidth)(document.querySelector('#orders .scroll'))"
    )


def test_a_script_that_were_to_get_in_is_refused(opened: Opened, written: Callable[[Result], Path]) -> None:
    """The page's own policy, beside all escaping: only the one script with the known digest runs."""
    file = written(samples.shop())
    file.write_text(file.read_text("utf-8").replace("</main>", "<script>window.owned=1</script></main>"), "utf-8")
    page = opened(file, java_script_enabled=True, expected=("Content Security Policy",))
    assert page.evaluate("window.owned") is None


@pytest.mark.parametrize("found", RESULTS.values(), ids=list(RESULTS))
def test_any_result_opens_without_complaint(
    opened: Opened, written: Callable[[Result], Path], axe: str, found: Result
) -> None:
    page = opened(written(found))
    page.evaluate(axe)
    assert page.evaluate("axe.run({ resultTypes: ['violations'] })")["violations"] == []
