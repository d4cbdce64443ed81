"""The job summary of GitHub Actions."""

from __future__ import annotations

from leakcheck.records import Result
from leakcheck.reports.markdown.page import Bounds, page

STEP = Bounds(bytes=1_000_000, rows=1_000, commands=25)
"""GitHub takes 1 MiB (1,048,576 bytes) from a step; some is left to what else the step tells."""


class Report:
    """As the comment, with the orders, and more of everything."""

    name = "github-summary"
    help = "the job summary of GitHub Actions, added to what FILE holds."
    appends = True

    def render(self, result: Result) -> str:
        """Markdown to be added to the file that `GITHUB_STEP_SUMMARY` names."""
        return page(result, STEP, orders=True)
