"""The code quality report of GitLab: a flat list, shown in the merge request."""

from __future__ import annotations

from collections.abc import Mapping

from leakcheck.records import ProvenFix, Result, Severity
from leakcheck.reports.formats.json import Json, dumped
from leakcheck.reports.markdown.markup import advice, fence
from leakcheck.reports.wording.finding_stories import Story, fingerprints, pardon, stories, subject
from leakcheck.reports.wording.local_paths import localised
from leakcheck.reports.wording.proven_fixes import patch_lines, proven_how
from leakcheck.reports.wording.words import clean

_SEVERITIES: Mapping[Severity, str] = {"error": "critical", "warning": "minor", "note": "info"}


class Report:
    """One issue for each finding, at the line that writes or, where a test is accused, at the test."""

    name = "gitlab"
    help = "the code quality report of GitLab."
    appends = False

    def render(self, result: Result) -> str:
        """A JSON list; paths are relative to pytest's rootdir."""
        told = stories(localised(result))
        issues = zip(told, fingerprints(told), strict=True)
        return dumped([_issue(story, name) for story, name in issues if not pardon(story.finding)])


def _description(story: Story) -> str:
    finding = story.finding
    told = [f"{subject(story)}.", clean(finding.why), clean(finding.fix)]
    return " ".join(filter(None, [*told, proven_how(story.proven) if story.proven is not None else ""]))


def _content(fix: ProvenFix | None) -> Json:
    """What a reader unfolds, in Markdown, as Code Climate has it: the patch."""
    if fix is None or not fix.diff:
        return {}
    return {"content": {"body": f"{advice(proven_how(fix))}\n\n{fence(patch_lines(fix), 'diff')}"}}


def _issue(story: Story, name: str) -> Json:
    finding = story.finding
    return {
        "description": _description(story),
        **_content(story.proven),
        "check_name": clean(finding.code),
        "fingerprint": name,
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": clean(finding.file) or ".", "lines": {"begin": max(1, finding.line)}},
    }
