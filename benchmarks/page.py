"""How large the page is, and how soon one can use it: `python benchmarks/page.py`.

Not a test: pytest does not collect this file. It makes the report of a suite of 5,000 tests in 20 orders with 300
leaks, and loads it in headless Chromium (found on the PATH), ten times, each time in a new profile. *Interactive*
is the time from the start of the navigation until the page has drawn everything, answers a keystroke in its search,
and has painted the answer. On a machine that has other work to do, the CPU seconds of the page's main thread tell
more.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from browser.chromium import launched  # noqa: E402
from leakcheck.reports.formats.html import Report  # noqa: E402
from reports.large import large  # noqa: E402

MEGABYTES, SECONDS, PERCENTILE = 6.0, 1.5, 0.95

# Resolves when the page has answered a search and the frame that shows the answer is out.
ANSWERED = """() => new Promise((resolve) => {
    const box = document.getElementById("find");
    box.value = "test_invoice";
    box.dispatchEvent(new Event("input", { bubbles: true }));
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now())));
})"""


def loaded(browser: Browser, page: Path) -> tuple[float, float]:
    """Seconds until the page can be used, and how many of them the page's main thread was at work."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    session = context.new_cdp_session(tab)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    tab.goto(page.as_uri())
    tab.wait_for_function("document.documentElement.dataset.ready === 'yes'")
    milliseconds: float = tab.evaluate(ANSWERED)
    measured = session.send("Performance.getMetrics")["metrics"]
    assert tab.locator("#found li").count() > 0
    context.close()
    return milliseconds / 1000, next(each["value"] for each in measured if each["name"] == "TaskDuration")


def percentile(values: list[float], share: float) -> float:
    """The value that `share` of all values do not exceed, between the two nearest."""
    ranked = sorted(values)
    place = share * (len(ranked) - 1)
    below = int(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (ranked[above] - ranked[below]) * (place - below)


def main() -> int:
    """Measure, tell, and end with 1 where a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("tests", 5_000), ("orders", 20), ("leaks", 300), ("loads", 10)):
        parser.add_argument(f"--{name}", type=int, default=default)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    page = folder / "leaks.html"
    page.write_text(Report().render(large(given.tests, given.orders, given.leaks)), "utf-8")
    size = page.stat().st_size / 1e6
    with sync_playwright() as playwright, launched(playwright) as browser:
        loads = [loaded(browser, page) for _ in range(given.loads)]
    shutil.rmtree(folder)
    times, work = ([load[number] for load in loads] for number in (0, 1))
    late = percentile(times, PERCENTILE)
    sys.stdout.write(f"size: {size:.2f} MB (goal: at most {MEGABYTES:.0f} MB)\n")
    sys.stdout.write(f"interactive: median {median(times):.2f} s, 95th percentile {late:.2f} s")
    sys.stdout.write(f" (goal: at most {SECONDS} s)\n")
    sys.stdout.write(f"main thread: median {median(work):.2f} s of CPU\n")
    return int(size > MEGABYTES or late > SECONDS)


if __name__ == "__main__":
    sys.exit(main())
