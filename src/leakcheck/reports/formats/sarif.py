"""SARIF 2.1.0, as code scanning reads it: a result stands at the line that writes, the tests it hurts beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from leakcheck.records import ProvenFix, Replaced, Result, Source
from leakcheck.reports.formats.json import Json, dumped
from leakcheck.reports.wording.finding_stories import Story, fingerprints, pardon, stories, story_lines, subject
from leakcheck.reports.wording.local_paths import localised, uri
from leakcheck.reports.wording.proven_fixes import proven_how
from leakcheck.reports.wording.root_causes import grouped
from leakcheck.reports.wording.rules import RULES, Rule, is_about_leak
from leakcheck.reports.wording.words import clean, clip, writer

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
BASE = "ROOTDIR"
MAX_RELATED = 100
FINGERPRINT = "leakcheck/v1"

Places = Mapping[str, tuple[str, int]]
"""test → its file and line."""


class Report:
    """One run of one tool, a result for each finding."""

    name = "sarif"
    help = "the findings as SARIF 2.1.0, for code scanning and editors."
    appends = False

    def render(self, result: Result) -> str:
        """A JSON document; paths are relative to pytest's rootdir."""
        return dumped(_document(localised(result)))


def _document(result: Result) -> Json:
    told = stories(result)
    rules = {**RULES, **{each.finding.code: _unknown(each) for each in told if each.finding.code not in RULES}}
    order = list(rules)
    places = {item.id: (item.file, item.line) for item in result.suite.tests}
    names = fingerprints(told)
    run = {
        "tool": {
            "driver": {
                "name": "leakcheck",
                "version": result.leakcheck,
                "rules": [_rule(code, rule) for code, rule in rules.items()],
            }
        },
        "invocations": [{"executionSuccessful": True, "exitCode": result.exit_code}],
        "originalUriBaseIds": {BASE: {"description": {"text": "The rootdir of pytest."}}},
        "columnKind": "unicodeCodePoints",
        "results": [
            _result(story, order.index(story.finding.code), places, name)
            for story, name in zip(told, names, strict=True)
        ],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _unknown(story: Story) -> Rule:
    title = clip(story.finding.title)
    return Rule(story.finding.code, story.finding.severity, title, title)


def _rule(code: str, rule: Rule) -> Json:
    return {
        "id": clean(code),
        "name": clean(rule.name),
        "shortDescription": {"text": rule.short},
        "fullDescription": {"text": rule.help},
        "help": {"text": rule.help},
        "defaultConfiguration": {"level": rule.severity},
        "properties": {"tags": ["tests", "test-isolation"]},
    }


def _result(story: Story, rule: int, places: Places, name: str) -> Json:
    finding = story.finding
    related = list(_related(story, places))
    return {
        "ruleId": clean(finding.code),
        "ruleIndex": rule,
        "level": finding.severity,
        "message": {"text": _plain("\n".join(_message(story)))},
        "locations": [{"physicalLocation": _physical(finding.file, finding.line)}],
        "relatedLocations": [{"id": number, **each} for number, each in enumerate(related[:MAX_RELATED], 1)],
        "partialFingerprints": {FINGERPRINT: name},
        **_suppressed(pardon(finding)),
        **_fixes(story.proven),
        "properties": {
            "tests": [clean(test) for test in finding.tests],
            "reproduce": [clean(each.reproduce) for each in story.hurt if each.reproduce],
        },
    }


def _suppressed(why: str) -> Json:
    return {"suppressions": [{"kind": "external", "justification": clean(why)}]} if why else {}


def _fixes(fix: ProvenFix | None) -> Json:
    """What an editor can make with one click: all files at once."""
    if fix is None or not fix.parts:
        return {}
    by_file = grouped(fix.parts, lambda part: part.file)
    changes = [
        {"artifactLocation": {"uri": uri(file), "uriBaseId": BASE}, "replacements": [*map(_replacement, parts)]}
        for file, parts in by_file.items()
    ]
    return {"fixes": [{"description": {"text": _plain(proven_how(fix))}, "artifactChanges": changes}]}


def _replacement(part: Replaced) -> Json:
    """Whole lines: from the first column of the first to that of the line behind the last."""
    region = {"startLine": part.line, "startColumn": 1, "endLine": part.line + part.removed, "endColumn": 1}
    text = "".join(f"{line}\n" for line in part.lines)
    return {"deletedRegion": region, **({"insertedContent": {"text": text}} if text else {})}


def _message(story: Story) -> Iterator[str]:
    yield subject(story)
    yield from story_lines(story)
    if story.finding.fix:
        yield clean(story.finding.fix)
    if story.proven is not None:
        yield proven_how(story.proven)


def _plain(text: str) -> str:
    """`text` without what SARIF takes for a link: `[text](target)`."""
    return text.replace("](", "] (")


def _related(story: Story, places: Places) -> Iterator[Json]:
    """Those that a leak hurts or that read it; for a test, the lines that wrote what it depends on."""
    if is_about_leak(story.finding.code):
        yield from _tests(story.finding.tests, places)
        return
    yield from map(_wrote, story.leak.sources if story.leak else ())
    polluters = [name for harm in story.harms for names in harm.polluters for name in names]
    yield from _tests([each for each in dict.fromkeys(polluters) if each not in story.finding.tests], places)


def _tests(tests: Sequence[str], places: Places) -> Iterator[Json]:
    for test in dict.fromkeys(tests):
        file, line = places.get(test, (test.partition("::")[0], 0))
        yield {"physicalLocation": _physical(file, line), "message": {"text": _plain(clip(test))}}


def _wrote(source: Source) -> Json:
    return {
        "physicalLocation": _physical(source.file, source.line),
        "message": {"text": _plain(f"written {writer(source)}")},
    }


def _physical(file: str, line: int) -> Json:
    base = {} if file.startswith("/") else {"uriBaseId": BASE}
    region = {"region": {"startLine": line}} if line > 0 else {}
    return {"artifactLocation": {"uri": uri(file), **base}, **region}
