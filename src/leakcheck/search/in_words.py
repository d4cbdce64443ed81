"""The question that is open, in the words of somebody who waits for the answer."""

from __future__ import annotations

from collections.abc import Mapping

from leakcheck.analysis.advice.names import place_at
from leakcheck.analysis.graph.causes import Cause, cause_of
from leakcheck.nouns import plural
from leakcheck.search.session import AuditSession

_DOES: Mapping[str, str] = {"breaks": "breaks", "enables": "is what lets pass"}


def what_is_proven(bench: AuditSession) -> str:
    """ "proving that app.state.x of shop:app breaks 5 tests (and 2 more causes)"; "" where no location is known."""
    hurt: dict[Cause, set[str]] = {}
    for edge, locations in bench.edges():
        cause = cause_of((edge, locations))
        if cause is not None and not edge.counterfactual:
            hurt.setdefault(cause, set()).add(edge.test)
    if not hurt:
        return ""
    (location, effect), tests = max(hurt.items(), key=lambda each: len(each[1]))
    others = f" (and {plural(len(hurt) - 1, 'more cause', 'more causes')})" if len(hurt) > 1 else ""
    place = place_at(location, bench.suite.kind(location))
    return f"proving that {place} {_DOES[effect]} {plural(len(tests), 'test')}{others}"
