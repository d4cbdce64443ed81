"""The page of real and made results, in a real browser."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, Request, sync_playwright

from browser.chromium import launched
from leakcheck.records import Result
from leakcheck.reports.formats.html import Report
from support import audit, leakcheck, sample

READY = "document.documentElement.dataset.ready === 'yes'"
LOCAL = ("file:", "data:")
Opened = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, launched(playwright) as found:
        yield found


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core."""
    file = os.environ.get("AXE_CORE", "")
    assert file, "name the file axe.min.js of the npm package axe-core in AXE_CORE (`.ci/run` does)"
    return Path(file).read_text("utf-8")


@pytest.fixture(scope="session")
def screenshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where screenshots are kept for people: LEAKCHECK_SCREENSHOTS, if that is set."""
    folder = Path(os.environ.get("LEAKCHECK_SCREENSHOTS") or tmp_path_factory.mktemp("screenshots"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the sample suite, by `leakcheck report --html`. An audit that other tests made is used."""
    folder = Path(os.environ.get("LEAKCHECK_TESTS_KEEP", ""), "fork", "shared_app")
    if not (folder / ".leakcheck").exists():
        folder = sample("shared_app", tmp_path_factory.mktemp("audit"))
        audit(folder, "tests", "--random", "0", "--budget", "3600s")
    page = tmp_path_factory.mktemp("page") / "leaks.html"
    ended = leakcheck(folder, "report", "--html", str(page))
    assert ended.code == 1, ended.text
    return page


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """Opens a page. What the browser complains about then fails the test: errors, refused scripts, requests."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def opening(
        file: Path, *, fragment: str = "", width: int = 1280, expected: tuple[str, ...] = (), **context: object
    ) -> Page:
        def complain(text: str) -> None:
            if not any(each in text for each in expected):
                complaints.append(text)

        def dismiss(dialog: Dialog) -> None:
            complain(f"dialog: {dialog.message}")
            dialog.dismiss()

        def check(request: Request) -> None:
            if not request.url.startswith(LOCAL):
                complain(f"request: {request.url}")

        context = {"viewport": {"width": width, "height": 900}, **context}
        contexts.append(browser.new_context(**context))  # type: ignore[arg-type]
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complain(str(error)))
        page.on("console", lambda message: complain(message.text))
        page.on("dialog", dismiss)
        page.on("request", check)
        page.goto(file.as_uri() + fragment)
        if context.get("java_script_enabled", True):
            page.wait_for_function(READY)
        return page

    yield opening
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Result], Path]:
    """Writes the page of a result."""

    def writing(found: Result) -> Path:
        file = tmp_path / "leaks.html"
        file.write_text(Report().render(found), "utf-8")
        return file

    return writing
