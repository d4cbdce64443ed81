"""What a test is due to, where others have shown it."""

from __future__ import annotations

from dataclasses import replace

from analysis.made import name, suite
from leakcheck.analysis import Knowledge
from leakcheck.analysis.graph.causes import with_attributed
from leakcheck.analysis.graph.effects import Carried
from leakcheck.records import Edge, Location
from watched import OWN

KNOWN = Knowledge.of((), suite("p", "q", "v", "w", kinds=OWN))
SEEN, OTHER = Location("module_globals", "shop", "SEEN"), Location("module_globals", "shop", "OTHER")


def edge(polluter: str, test: str, *places: Location) -> Carried:
    """One that putting `places` back has undone; without any, nothing was tried."""
    made = Edge((name(polluter),), name(test), "breaks", None, (), False, True if places else None, "")
    return made, places


def attributed(*edges: Carried) -> tuple[Location, ...]:
    """What the last of `edges` is due to."""
    return with_attributed(edges, KNOWN)[-1][1]


def test_who_leaves_it_to_one_and_who_is_hurt_by_it_need_not_be_asked_about_together() -> None:
    assert attributed(edge("p", "v", SEEN), edge("q", "w", SEEN), edge("p", "w")) == (SEEN,)
    assert attributed(edge("p", "p", SEEN), edge("w", "w", SEEN), edge("p", "w")) == (SEEN,)


def test_whoever_may_be_due_to_something_else_is_asked() -> None:
    assert attributed(edge("p", "v", SEEN), edge("q", "w", OTHER), edge("p", "w")) == ()
    assert attributed(edge("p", "v", SEEN), edge("p", "w")) == ()
    several = (edge("p", "v", SEEN), edge("q", "w", SEEN), edge("p", "q", OTHER), edge("v", "w", OTHER))
    assert attributed(*several, edge("p", "w")) == ()


def test_what_was_tried_in_vain_stays_open() -> None:
    made, _ = edge("p", "w")
    failed = replace(made, counterfactual=False), ()
    assert attributed(edge("p", "v", SEEN), edge("q", "w", SEEN), failed) == ()
