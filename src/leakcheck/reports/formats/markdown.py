"""Plain Markdown for one comment on a pull request."""

from __future__ import annotations

from leakcheck.records import Result
from leakcheck.reports.markdown.page import Bounds, page

COMMENT = Bounds(bytes=65_536, rows=50, commands=5)
"""What GitHub takes as one comment."""
MARKER = "<!-- leakcheck -->"


class Report:
    """Verdict, table of findings, details folded. The first line tells which comment to write over."""

    name = "markdown"
    help = "a comment for a pull request, in Markdown."
    appends = False

    def render(self, result: Result) -> str:
        """One comment, never longer than GitHub takes."""
        return page(result, COMMENT, marker=MARKER)
