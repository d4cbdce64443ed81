"""Who has met what tests change where no probe looks, and who is still to meet it."""

from __future__ import annotations

from dataclasses import replace

from analysis.made import alone, change, execution, name, ran, suite
from leakcheck.analysis import Knowledge
from leakcheck.analysis.facts.untracked import changed_elsewhere, unmet_elsewhere
from leakcheck.records import Execution, Location
from watched import OWN

SUITE = suite("p", "q", "v", kinds=OWN)
GLOBAL = Location("module_globals", "shop", "SEEN")
LEFT = change(GLOBAL)
MAKER = replace(alone(ran("p")), deep=(replace(LEFT, cause=name("p")),))
ALONE = (MAKER, alone(ran("q")), alone(ran("v")))
DECLARED = execution("declared", ran("p"), ran("q"), ran("v"))


def watched(*tests: str, left: bool = True) -> Execution:
    """An order in which the location was watched, and the maker's change was or was not seen."""
    runs = (ran(test, "passed", (), *((LEFT,) if left and test == "p" else ())) for test in tests)
    return execution("random", *runs, watch=(GLOBAL,))


def unmet(*executions: Execution) -> set[tuple[str, str]]:
    pairs = unmet_elsewhere(Knowledge.of((*ALONE, *executions), SUITE))
    return {(before[0].partition("::")[2], test.partition("::")[2]) for before, test in pairs}


def test_what_a_test_changes_alone_is_watched_and_met_by_nobody_yet() -> None:
    assert changed_elsewhere(Knowledge.of(ALONE, SUITE)) == (GLOBAL,)
    assert unmet() == {("p", "q"), ("p", "v")}


def test_those_who_ran_behind_the_maker_have_met_it() -> None:
    assert unmet(watched("p", "v", "q")) == set()
    assert unmet(watched("v", "p", "q")) == {("p", "v")}


def test_in_the_declared_order_a_change_is_taken_to_stay() -> None:
    assert unmet(DECLARED) == set()


def test_what_a_watch_cannot_see_is_asked_of_nobody() -> None:
    """An entry under a key that each process makes anew: however often its maker runs, nobody meets it."""
    last = execution("declared", ran("q"), ran("v"), ran("p"))
    assert unmet(last) == {("p", "q"), ("p", "v")}
    assert unmet(last, watched("p", "v", "q", left=False)) == set()
    middle = execution("declared", ran("q"), ran("p"), ran("v"))
    assert unmet(middle, watched("p", "v", "q", left=False)) == set()
