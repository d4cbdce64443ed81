"""How tests are taken to behave alone that somebody else runs alone: as in the declared order, until one doubts it.

What others had left may have been in a test's way there. So who failed is not taken for anything; and what was
changed where something was left already (be it cleaned up) is not taken for what the test leaves alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from leakcheck.analysis.facts.profiles import SoloProfile, net_changes
from leakcheck.analysis.facts.timeline import Timeline
from leakcheck.records import Change, Location


def taken_from(timeline: Timeline, tests: Collection[str]) -> Mapping[str, SoloProfile]:
    """The profiles of those of `tests` that did not fail in the execution of `timeline`."""
    return {
        run.test: SoloProfile(
            run.test,
            (run.outcome,),
            reads=frozenset(run.reads),
            changes=_made_here(timeline, place),
            in_row=True,
            behind=frozenset(each.location for each in run.renewed if each.behind),
        )
        for place, run in enumerate(timeline.runs)
        if run.test in tests and run.good
    }


def first_leavers(timeline: Timeline) -> Mapping[Location, str]:
    """location -> the first test that left something there."""
    found: dict[Location, str] = {}
    for run in timeline.runs:
        for change in net_changes(run):
            found.setdefault(change.location, run.test)
    return found


def _made_here(timeline: Timeline, place: int) -> tuple[Change, ...]:
    changes = net_changes(timeline.runs[place])
    return tuple(each for each in changes if timeline.value(each.location, place) is None)
