"""LK505: one application, made at import, whose state or overrides several test files write and do not put back."""

from __future__ import annotations

from collections.abc import Iterator

from leakcheck.hazards.contract import Hazard as Contract
from leakcheck.hazards.contract import Seen
from leakcheck.nouns import plural
from leakcheck.records import Finding, Location, Source

_KINDS = frozenset({"app_state", "dependency_overrides"})
_MOST = 3


class Hazard(Contract):
    """Of changes that outlive their test, through lines of the tests themselves. What a fixture of the file takes
    away again (be it what a test of it has emptied), no other file meets."""

    code = "LK505"
    name = "ApplicationSharedByFiles"
    short = "Several test files write to one application"
    help = (
        "One application object, made when its module is imported, serves all tests, and several test files write "
        "to its `state` or its `dependency_overrides` without putting back what was there. Every file has to know "
        "what all others leave."
    )
    fix = (
        "Build the application in a factory (`create_app()`) and give each test its own by a fixture; or keep all "
        "writing in one fixture that puts back what it found."
    )

    def found(self, seen: Seen) -> Iterator[Finding]:
        wrote: dict[str, dict[Source, list[str]]] = {}
        for run in seen.runs:
            for change in (*run.changes, *run.finalised):
                owner = change.location.owner
                if change.location.kind in _KINDS and change.reach == "suite" and _is_of_module(owner):
                    for source in change.sources:
                        if seen.is_of_tests(source.file):
                            wrote.setdefault(owner, {}).setdefault(source, []).append(run.test)
        for owner, sources in sorted(wrote.items()):
            files = sorted({source.file for source in sources})
            if len(files) > 1:
                first = min(sources)
                more = f" and {len(files) - _MOST} more" if len(files) > _MOST else ""
                writing = plural(len(files), "file writes", "files write")
                title = f"{owner} is one application for all tests, and {writing} to it"
                why = f"{', '.join(files[:_MOST])}{more} change its state or overrides, and do not put them back."
                tests = [test for found in sources.values() for test in found]
                yield self.finding(title, why, first, tests, Location("", owner, ""), about=owner)


def _is_of_module(owner: str) -> bool:
    """Whether it goes by the module that holds it, and not by a fixture or the line that made it."""
    return ":" in owner and "::" not in owner and "/" not in owner and ".py:" not in owner
