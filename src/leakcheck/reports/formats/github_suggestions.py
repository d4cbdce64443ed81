"""A review of a pull request on GitHub: each change of a proven fix as a suggestion that one click commits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from leakcheck.records import ProvenFix, Replaced, Result
from leakcheck.reports.formats.json import dumped
from leakcheck.reports.markdown.markup import advice, code, fence
from leakcheck.reports.wording.finding_stories import Story, counting, stories, subject_parts
from leakcheck.reports.wording.local_paths import localised
from leakcheck.reports.wording.proven_fixes import proven_how
from leakcheck.reports.wording.words import clean, plural

MAX_COMMENTS = 50
_HEAD = "diff --git a/"


class Report:
    """What `POST /repos/OWNER/REPO/pulls/NUMBER/reviews` takes, if the pull request shows all of these lines."""

    name = "github-suggestions"
    help = "the proven fixes as a review of a pull request on GitHub."
    appends = False

    def render(self, result: Result) -> str:
        """A JSON document. Paths are those of the repository."""
        told = [each for each in counting(stories(localised(result))) if each.proven is not None]
        comments = [comment for story in told for comment in _comments(story)]
        return dumped({"event": "COMMENT", "body": _body(told, comments), "comments": comments[:MAX_COMMENTS]})


def _body(told: Sequence[Story], comments: Sequence[object]) -> str:
    if not told:
        return "leakcheck has no proven fix for this."
    left_out = max(0, len(comments) - MAX_COMMENTS)
    more = f" {plural(left_out, 'more change')} would not fit." if left_out else ""
    return f"leakcheck has proven {plural(len(told), 'fix', 'fixes')}, each in a copy of the project.{more}"


def _comments(story: Story) -> Iterator[dict[str, Any]]:
    fix = story.proven
    parts = fix.parts if fix is not None else ()
    if fix is None or not all(_can_be_suggested(part) for part in parts):
        return
    before, name, after = subject_parts(story)
    about = f"{advice(before)}{code(name) if name else ''}{advice(after)}. {advice(proven_how(fix))}"
    prefix = _prefix(fix)
    for number, part in enumerate(parts, start=1):
        yield {
            "path": f"{prefix}{clean(part.file)}",
            **_lines(part),
            "body": f"{_which(number, len(parts))}{about}\n\n{_suggested(part)}",
        }


def _suggested(part: Replaced) -> str:
    """The lines as GitHub takes them; where there is no line at all, those that are shown go."""
    return fence(part.lines, "suggestion") if part.lines else "```suggestion\n```\n"


def _lines(part: Replaced) -> dict[str, Any]:
    last = {"line": part.line + part.removed - 1, "side": "RIGHT"}
    return {"start_line": part.line, "start_side": "RIGHT", **last} if part.removed > 1 else last


def _can_be_suggested(part: Replaced) -> bool:
    """Whether GitHub can write it: there are lines to comment on, and what is shown is what is written."""
    return part.removed > 0 and all(clean(line) == line for line in part.lines)


def _which(number: int, several: int) -> str:
    """A fix is proven as a whole."""
    return f"**{number} of {several} changes, which are proven together only.** " if several > 1 else ""


def _prefix(fix: ProvenFix) -> str:
    """The way from the top of the repository to the rootdir, as the patch has it."""
    named = fix.diff.partition("\n")[0].removeprefix(_HEAD).partition(" b/")[0]
    return clean(named.removesuffix(fix.parts[0].file)) if fix.parts else ""
