"""Annotations of GitHub Actions: workflow commands that a step prints, shown at the lines of the change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from leakcheck.records import ProvenFix, Result, Severity
from leakcheck.reports.wording.finding_stories import (
    Story,
    by_importance,
    counting,
    pardoned_in_words,
    stories,
    story_lines,
    subject,
)
from leakcheck.reports.wording.local_paths import localised
from leakcheck.reports.wording.proven_fixes import patch_lines, proven_how
from leakcheck.reports.wording.root_causes import grouped
from leakcheck.reports.wording.sentences import found_in_words, tests_in_words
from leakcheck.reports.wording.words import clean, clip, plural

MAX_SHOWN = 10
"""Of how many annotations of one level GitHub shows for one step."""
MAX_MESSAGE = 8_000
MAX_TITLE = 200
MAX_PATCH = 4_000
_LEVELS: Mapping[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}


class Report:
    """The verdict as a notice, then one command for each finding, errors first, as many as GitHub shows."""

    name = "github"
    help = "annotations for GitHub Actions, to be printed by a step."
    appends = False

    def render(self, result: Result) -> str:
        """One workflow command a line; nothing of the project's text can begin another."""
        found = by_importance(counting(stories(localised(result))))
        told = grouped(found, lambda story: story.finding.severity)
        lines = [_command("notice", {"title": "leakcheck"}, _verdict(result))]
        for severity, level in _LEVELS.items():
            room = MAX_SHOWN - (level == "notice")  # one notice is the verdict
            lines.extend(_level(level, told.get(severity, ()), room))
        return "\n".join(lines) + "\n"


def _verdict(result: Result) -> str:
    words = f"{plural(len(result.tests), 'test')}: {tests_in_words(result)}"
    return "\n".join(filter(None, (words, found_in_words(result), pardoned_in_words(result))))


def _level(level: str, told: Sequence[Story], room: int) -> Iterator[str]:
    """At most `room` commands; where that is too few, the last one tells how many findings are not shown."""
    shown = told if len(told) <= room else told[: room - 1]
    yield from (_annotation(level, story) for story in shown)
    if len(shown) < len(told):
        left_out = plural(len(told) - len(shown), f"more {level}")
        text = f"{left_out}: GitHub shows {MAX_SHOWN} of a level for a step; the job summary has them all."
        yield _command(level, {"title": f"leakcheck: {left_out}"}, text)


def _annotation(level: str, story: Story) -> str:
    finding = story.finding
    where = {"file": clean(finding.file), "line": str(finding.line) if finding.line > 0 else ""}
    title = clip(f"{finding.code}: {subject(story)}", MAX_TITLE)
    return _command(level, {**where, "title": title}, _message(story))


def _proven(fix: ProvenFix | None) -> Iterator[str]:
    """The patch as a whole, or not at all: half of one is none."""
    if fix is None:
        return
    patch = "\n".join(patch_lines(fix))
    yield proven_how(fix)
    if len(patch) < MAX_PATCH:
        yield patch


def _message(story: Story) -> str:
    commands = [each.reproduce for each in story.hurt if each.reproduce][:1]
    lines = [*story_lines(story), *map(clean, commands), clean(story.finding.fix), *_proven(story.proven)]
    kept = []
    room = MAX_MESSAGE
    for line in filter(None, lines):
        if len(line) < room:
            kept.append(line)
            room -= len(line)
    return "\n".join(kept) or subject(story)


def _command(level: str, properties: Mapping[str, str], message: str) -> str:
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{level} {given}::{_data(message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
