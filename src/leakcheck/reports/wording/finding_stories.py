"""A finding and all that a result knows about it, as plain lines that every format wraps in its own way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from leakcheck.records import Finding, Leak, ProvenFix, Result
from leakcheck.reports.wording.proven_fixes import fixes_by_leak
from leakcheck.reports.wording.root_causes import Harm, Hurt, RootCause, root_causes
from leakcheck.reports.wording.rules import is_about_leak, is_about_test
from leakcheck.reports.wording.sentences import WORDINGS, headline, proof
from leakcheck.reports.wording.words import also_left, clean, clip, listed, more, parts_of, place, plural, writers

MAX_NAMES = 3
_SEVERITIES = ("error", "warning", "note")


@dataclass(frozen=True, slots=True)
class Story:
    """A finding, the leak behind it if one is known, and the harm that it tells of. `proven` is what was proven to
    end that leak: the first story of a leak tells it."""

    finding: Finding
    leak: Leak | None
    harms: tuple[Harm, ...]
    proven: ProvenFix | None = None

    @property
    def hurt(self) -> tuple[Hurt, ...]:
        """Each test that is hurt, once, with the plain command that shows it."""
        found = {each.test: each for harm in reversed(self.harms) for each in reversed(harm.hurt)}
        return tuple(found[test] for test in dict.fromkeys(each.test for harm in self.harms for each in harm.hurt))


def stories(result: Result) -> tuple[Story, ...]:
    """A story for each finding, in their order."""
    leaks = {leak.id: leak for leak in result.leaks}
    causes = {cause.leak.id if cause.leak else None: cause for cause in root_causes(result)}
    proven = dict(fixes_by_leak(result))
    return tuple(
        Story(
            each,
            leaks.get(each.leak or ""),
            _harms(causes.get(each.leak), each.tests),
            None if pardon(each) else proven.pop(each.leak or "", None),
        )
        for each in result.findings
    )


def counting(told: Iterable[Story]) -> tuple[Story, ...]:
    """Those that are neither known nor ignored: all others are left out of failures."""
    return tuple(story for story in told if not pardon(story.finding))


def pardon(finding: Finding) -> str:
    """Why a finding does not count, "" if it does."""
    return finding.ignored or ("in the baseline" if finding.known else "")


def pardoned_in_words(result: Result) -> str:
    """How many findings do not count, and why; "" if all do."""
    ignored = sum(bool(each.ignored) for each in result.findings)
    known = sum(each.known and not each.ignored for each in result.findings)
    if not ignored + known:
        return ""
    number = plural(ignored + known, "finding does not count", "findings do not count")
    reasons = (f"{known:,} in the baseline" if known else "", f"{ignored:,} ignored" if ignored else "")
    return f"{number}: {listed(reasons)}"


def by_importance(told: Sequence[Story]) -> list[Story]:
    """Errors first, and of one severity what concerns most tests first."""
    return sorted(told, key=lambda each: (_SEVERITIES.index(each.finding.severity), -len(each.finding.tests)))


def subject(story: Story) -> str:
    """The finding in one line: "5 tests fail after this leak: app.state.cache of shop.main:app"."""
    return "".join(subject_parts(story))


def subject_parts(story: Story) -> tuple[str, str, str]:
    """The same in three parts: words, the name that the project gave it, words."""
    finding, leak = story.finding, story.leak
    title = clip(finding.title)
    if is_about_leak(finding.code) and leak is not None:
        return f"{title}: ", place(leak), ""
    if finding.tests and is_about_test(finding.code):
        return "", clip(finding.tests[0]), f" {title}"
    return title, "", ""


def spot(story: Story) -> str:
    """Where: `tests/conftest.py:41`."""
    finding = story.finding
    return clip(f"{finding.file}:{finding.line}" if finding.line else finding.file)


def story_lines(story: Story) -> Iterator[str]:
    """What stands behind the subject: the state, who wrote it, who is hurt by whom, and how far that is shown."""
    if story.finding.why:
        yield clean(story.finding.why)
    if story.leak is not None:
        if not is_about_leak(story.finding.code):
            yield f"by {place(story.leak)}"
        yield from leak_lines(story.leak)
    for harm in story.harms:
        yield from harm_lines(harm)


def leak_lines(leak: Leak) -> Iterator[str]:
    """From what to what a location changed, and who wrote it."""
    parts = parts_of(leak)
    for part in parts[:MAX_NAMES]:
        label = f"{clip(part.path)}: " if part.path else ""
        yield f"{label}{clip(part.before)} → {clip(part.after)}"
    yield from more(len(parts) - MAX_NAMES, "part", where="of the value")
    yield from filter(None, (also_left(leak),))
    yield from (f"written {each}" for each in writers(leak.sources))


def harm_lines(harm: Harm, limit: int = MAX_NAMES) -> Iterator[str]:
    """How tests are hurt, how far that is shown, and by whom."""
    yield f"{headline(harm)} ({proof(harm)})"
    noun = WORDINGS[harm.how].polluter
    if noun:
        yield from (f"{noun} {' and '.join(map(clip, each))}" for each in harm.polluters[:limit])
        yield from more(len(harm.polluters) - limit, noun)


def fingerprints(told: Sequence[Story]) -> tuple[str, ...]:
    """A name for each story that stays when lines move: of code, location, and the writing function or the test."""
    seen: dict[str, int] = {}
    found = []
    for story in told:
        key = json.dumps(_identity(story))
        seen[key] = seen.get(key, 0) + 1
        found.append(hashlib.sha256(f"{key}#{seen[key]}".encode()).hexdigest())
    return tuple(found)


def _identity(story: Story) -> list[str]:
    finding, leak = story.finding, story.leak
    if leak is None or not is_about_leak(finding.code):
        about = [] if finding.place is None else [finding.place.kind, finding.place.owner, finding.place.key]
        return [finding.code, *about, *([finding.fixture] if finding.fixture else finding.tests[:1])]
    location = leak.location
    wrote = leak.sources[0] if leak.sources else None
    who = [wrote.file, wrote.fixture or wrote.function] if wrote else list(leak.polluters[:1])
    return [finding.code, location.kind, location.owner, location.key, *who]


def _harms(cause: RootCause | None, tests: Sequence[str]) -> tuple[Harm, ...]:
    """The harm that `cause` does to `tests`."""
    if cause is None:
        return ()
    wanted = set(tests)
    found = (replace(harm, hurt=tuple(each for each in harm.hurt if each.test in wanted)) for harm in cause.harms)
    return tuple(harm for harm in found if harm.hurt)
