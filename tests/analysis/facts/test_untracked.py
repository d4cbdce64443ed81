"""Who has met what tests change where no probe looks, and who is still to meet it."""

from __future__ import annotations

from dataclasses import replace

from analysis.made import alone, change, execution, name, ran, suite
from leakcheck.analysis import Knowledge
from leakcheck.analysis.facts.untracked import changed_elsewhere, makers_by_place, unmet_elsewhere, unnamed
from leakcheck.records import Execution, Location, Names
from leakcheck.records.name_sets import EVERYTHING, encoded
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


def test_what_a_test_leaves_only_when_it_fails_is_still_to_be_met() -> None:
    """Alone it stops half-way; in every order it was behind its state-setter, and left nothing."""
    maker = replace(MAKER, runs=(ran("p", "failed"),))
    pairs = unmet_elsewhere(Knowledge.of((maker, *ALONE[1:], watched("q", "p", "v", left=False)), SUITE))
    assert {test for _, test in pairs} == {name("q"), name("v")}


def test_who_takes_the_module_away_leaves_its_value_to_nobody() -> None:
    """Two leave the same value in a module, and one of them removes the module: seen in a watched order, it counts
    as who changes the place, and not as a maker, in the declared order either."""
    removes = replace(alone(ran("q")), deep=(replace(LEFT, cause=name("q")),))
    gone = replace(LEFT, digest="gone", cause=name("q"))
    watched_one = execution("random", ran("q", "passed", (), gone), ran("v"), watch=(GLOBAL,))
    assert unmet_of_all(MAKER, removes, ALONE[2], DECLARED) == set()
    assert unmet_of_all(removes, MAKER, ALONE[2], watched_one) == {("p", "q"), ("p", "v")}
    assert unmet_of_all(MAKER, removes, ALONE[2], DECLARED, watched_one) == {("p", "v")}


def unmet_of_all(*executions: Execution) -> set[tuple[str, str]]:
    pairs = unmet_elsewhere(Knowledge.of(executions, SUITE))
    return {(before[0].partition("::")[2], test.partition("::")[2]) for before, test in pairs}


def test_who_unloads_a_module_behind_itself_may_have_read_it() -> None:
    removed = change(Location("sys_modules", "sys.modules", "shop"), after="absent")
    elsewhere = replace(alone(ran("v")), modules=("tests",))
    unloads = replace(elsewhere, deep=(replace(removed, cause=name("v")),))
    others = (replace(each, modules=("shop",)) for each in ALONE[:2])
    known = Knowledge.of((*others, elsewhere), SUITE)
    assert ((name("p"),), name("v")) not in unmet_elsewhere(known)
    known = Knowledge.of((*(replace(each, modules=("shop",)) for each in ALONE[:2]), unloads), SUITE)
    assert ((name("p"),), name("v")) in unmet_elsewhere(known)


def named(test: str, text: str) -> Execution:
    """What is known of the names in the code that a test ran."""
    made = execution("isolated", ran(test), collect=("tests/test_shop.py",))
    return replace(made, order=replace(made.order, question=Names()), runs=(), names=text)


def unmet_of(test: str, text: str, *, by_names: bool = True) -> bool:
    """Whether what lies in the module `shop` is still to be put in front of a test with these names."""
    loaded = tuple(replace(each, modules=("shop",)) for each in ALONE)
    known = Knowledge.of((*loaded, named(test, text)), SUITE)
    return ((name("p"),), name(test)) in unmet_elsewhere(known, by_names=by_names)


def test_who_has_no_name_for_a_value_need_not_meet_it() -> None:
    assert unmet_of("v", "")
    assert unmet_of("v", encoded(["SEEN"]))
    assert unmet_of("v", encoded(["shop:"]))
    assert not unmet_of("v", encoded(["OTHER"]))
    assert unmet_of("v", encoded(["OTHER"]), by_names=False)
    assert unmet_of("v", EVERYTHING)


def test_what_lies_in_no_module_of_the_project_is_taken_to_be_read_without_a_name() -> None:
    known = Knowledge.of((*ALONE, named("v", encoded(["OTHER"]))), SUITE)
    assert ((name("p"),), name("v")) in unmet_elsewhere(known)


def test_an_execution_that_listens_is_no_evidence_of_outcomes() -> None:
    known = Knowledge.of((*ALONE, named("v", encoded(["SEEN"]))), SUITE)
    assert known.evidence.profiles[name("v")].outcomes == ("passed",)


def test_of_whom_no_names_are_known_can_be_told() -> None:
    loaded = tuple(replace(each, modules=("shop",)) for each in ALONE)
    known = Knowledge.of((*loaded, named("v", encoded(["OTHER"]))), SUITE)
    assert unnamed(known) == {name("p"), name("q")}


def test_who_is_the_first_to_use_a_thing_leaves_nothing_but_is_known_to_make_it() -> None:
    """A stack of middleware that the first request builds hurts nobody, as a rule: but where it does, everybody who
    sends a request is a polluter."""
    built = replace(LEFT, cause=name("p"), internal=True, before="None")
    known = Knowledge.of((replace(MAKER, deep=(built,)), *ALONE[1:]), SUITE)
    assert changed_elsewhere(known) == ()
    assert makers_by_place(known) == {GLOBAL: {name("p"): None}}


def test_what_a_file_takes_away_at_its_end_is_met_by_its_own_tests_only() -> None:
    """A fixture of the maker's file replaces what holds the value: seen once right behind the maker, nobody of
    another file is asked."""
    far, near, further = "tests/test_far.py::far", "v", "tests/test_far.py::further"
    tests = suite("p", near, far, further, kinds=OWN)
    first = (MAKER, *(alone(ran(each)) for each in (near, far, further)))
    inside = execution("random", ran("p", "passed", (), LEFT), ran(near), watch=(GLOBAL,))
    behind = execution("pairs", ran("p"), ran(far), watch=(GLOBAL,))
    later = execution("random", ran(far), ran("p"), ran(further), watch=(GLOBAL,))
    asked = {test for _, test in unmet_elsewhere(Knowledge.of((*first, inside, later), tests))}
    assert asked == {far, further}
    assert not unmet_elsewhere(Knowledge.of((*first, inside, later, behind), tests))
