"""From hand-made executions to profiles, edges, coverage, verdicts and leaks."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import replace

import pytest

from analysis.made import FILE, OTHER, PLACE, alone, change, execution, name, outcomes, quiet, ran, suite
from leakcheck.analysis import (
    Coverage,
    GateInput,
    Knowledge,
    command,
    derive,
    edges_of,
    import_command,
    in_place,
    profiles_of,
)
from leakcheck.analysis.facts.profiles import net_changes
from leakcheck.analysis.graph.commands import import_order, suite_command
from leakcheck.options import FailOn
from leakcheck.records import (
    WHOLE,
    Change,
    Cost,
    Edge,
    Execution,
    Location,
    Note,
    PutBack,
    Result,
    Source,
    Suite,
    TestItem,
    TestRun,
)
from leakcheck.records.topics import Topic
from watched import watched

P, V = name("p"), name("v")
SUITE = suite("p", "v", "c", "q")
POLLUTES = ran("p", "passed", (), change())
READS = ran("v", "passed", (PLACE,))
BROKEN = ran("v", "failed", (PLACE,))
ALONE = (alone(POLLUTES), *(alone(READS) for _ in range(6)), alone(ran("c")), alone(ran("q")))


def result(*executions: Execution, of: Suite = SUITE, **more: object) -> Result:
    cost = Cost(1.0, 2.0, 3, 4, 5, 6)
    return derive(of, executions, cost=cost, leakcheck="0", engine="fork", lanes=1, **more)  # type: ignore[arg-type]


def coverage_of(executions: Sequence[Execution], of: Suite, depth: int = 2) -> Coverage:
    return Knowledge.of(executions, of, depth).coverage


def edges(*executions: Execution, of: Suite = SUITE) -> list[Edge]:
    return [edge for edge, _ in edges_of(Knowledge.of(executions, of))]


def shown(times: int = 6, *before: object) -> tuple[Execution, ...]:
    return tuple(execution("confirm", POLLUTES, BROKEN, repeat=number) for number in range(times))


# Profiles -------------------------------------------------------------------------------------------------------


def test_a_profile_gathers_all_isolated_runs() -> None:
    runs = (alone(replace(READS, again="failed")), alone(ran("v", "failed", (OTHER,), change())))
    profile = profiles_of(runs)[V]
    assert profile.outcomes == ("passed", "failed")
    assert profile.again == ("failed",)
    assert profile.reads == {PLACE, OTHER}
    assert profile.changes == (change(),)
    assert (profile.good, profile.bad, profile.mixed) == (False, False, True)


def test_only_isolated_runs_make_a_profile() -> None:
    assert profiles_of([execution("declared", POLLUTES), execution("confirm", READS)]) == {}
    assert profiles_of([replace(alone(READS), status="refused")]) == {}


def test_a_read_of_the_whole_owner_is_a_read_of_each_key() -> None:
    (profile,) = profiles_of([alone(ran("v", "passed", (Location("app_state", "shop:app", WHOLE),)))]).values()
    assert profile.reads_any(PLACE)
    assert not profile.reads_any(Location("app_state", "other:app", "colour"))
    assert not profile.reads_any(Location("environ", "shop:app", "colour"))


# Timeline -------------------------------------------------------------------------------------------------------


def states(*runs: object, of: Suite = SUITE) -> list[dict[str, str]]:
    made = execution("declared", *runs)  # type: ignore[arg-type]
    return [{place.key: value.writer for place, value in state.items()} for _, state in in_place(made, of)]


def test_a_value_is_in_place_until_it_is_put_back() -> None:
    back = ran("c", "passed", (), change(after="red", before="blue"))
    assert states(POLLUTES, READS, back, ran("q")) == [{}, {"colour": P}, {"colour": P}, {}]


def test_a_later_value_takes_the_place() -> None:
    assert states(POLLUTES, ran("q", "passed", (), change(after="green", before="blue")), READS)[-1] == {
        "colour": name("q")
    }


def test_what_a_module_fixture_holds_is_seen_in_its_module() -> None:
    other = suite("p", "test_b.py::x")
    leak = ran("p", "passed", (), change(reach="module"))
    assert states(leak, ran("p"), ran("test_b.py::x"), of=other) == [{}, {"colour": P}, {}]


# Edges ----------------------------------------------------------------------------------------------------------


def test_a_victim() -> None:
    (edge,) = edges(*ALONE, *shown())
    assert (edge.polluters, edge.test, edge.effect, edge.confirmed) == ((P,), V, "breaks", True)
    assert edge.witness == (P, V)
    assert edge.reproduce == f"pytest {P} {V}"


def test_one_execution_is_no_confirmation() -> None:
    (edge,) = edges(*ALONE, *shown(1))
    assert not edge.confirmed
    assert {test.verdict for test in result(*ALONE, *shown(1)).tests} == {"stable"}


def test_mixed_evidence_is_no_edge() -> None:
    mixed = (*shown(2), execution("confirm", POLLUTES, READS, repeat=9))
    assert edges(*ALONE, *mixed) == []


def test_a_larger_witness_is_no_edge_beside_a_smaller_one() -> None:
    larger = execution("confirm", ran("q"), POLLUTES, ran("c"), BROKEN)
    assert [edge.polluters for edge in edges(*ALONE, larger)] == [(name("q"), P, name("c"))]
    assert [edge.polluters for edge in edges(*ALONE, larger, *shown())] == [(P,)]


def test_several_polluters_are_one_edge_in_whatever_order_they_were_seen() -> None:
    one = execution("confirm", ran("q"), POLLUTES, BROKEN)
    other = [execution("confirm", POLLUTES, ran("q"), BROKEN, repeat=number) for number in range(2)]
    (edge,) = edges(*ALONE, one, *other)
    assert edge.polluters == (P, name("q"))


def test_a_brittle_test() -> None:
    needs = tuple(alone(ran("v", "failed", (PLACE,))) for _ in range(6))
    sets = tuple(execution("confirm", POLLUTES, READS, repeat=number) for number in range(6))
    (edge,) = edges(ALONE[0], *needs, *sets)
    assert (edge.effect, edge.confirmed) == ("enables", True)
    verdicts = {test.id: test for test in result(ALONE[0], *needs, *sets).tests}
    assert verdicts[V].verdict == "brittle"
    assert verdicts[P].roles == ("state-setter",)


def test_a_cleaner() -> None:
    cleans = execution("confirm", POLLUTES, ran("c", "passed", (), change(after="red", before="blue")), READS)
    found = edges(*ALONE, *shown(), cleans)
    assert [(edge.effect, edge.polluters) for edge in found] == [("breaks", (P,)), ("cleans", (name("c"),))]
    roles = {test.id: test.roles for test in result(*ALONE, *shown(), cleans).tests}
    assert (roles[name("c")], roles[P], roles[V]) == (("cleaner",), ("polluter",), ())


def test_a_file_that_pollutes_by_its_import() -> None:
    leak = change(line=1, lifetime="import", cause="test_b.py")
    known = replace(SUITE, import_changes=(leak,))
    runs = [execution("confirm", BROKEN, collect=("test_b.py", FILE), repeat=number) for number in range(6)]
    (edge,) = edges(*ALONE, *runs, of=known)
    assert (edge.polluters, edge.witness) == (("test_b.py",), ("test_b.py", V))
    assert edge.reproduce == f"pytest --deselect=test_b.py test_b.py {V}"  # it has no test that could be named
    found = result(*ALONE, *runs, of=known)
    assert {test.id: test.verdict for test in found.tests}[V] == "victim"
    (leaked,) = [each for each in found.leaks if each.polluters == ("test_b.py",)]
    assert leaked.victims == (V,)


def test_many_files_of_which_fewer_were_never_tried_are_a_step_and_no_finding() -> None:
    several = tuple(f"test_{letter}.py" for letter in "wxyz")
    found = [execution("confirm", BROKEN, collect=("test_b.py", FILE), repeat=number) for number in range(6)]
    passed_through = execution("confirm", BROKEN, collect=(*several, FILE))
    assert [edge.polluters for edge in edges(*ALONE, *found, passed_through)] == [("test_b.py",)]
    assert [edge.polluters for edge in edges(*ALONE, passed_through)] == [several]


@pytest.mark.parametrize(("outcome", "proven"), [("passed", True), ("failed", False)])
def test_the_counterfactual(outcome: str, proven: bool) -> None:
    restored = execution(PutBack((PLACE,)), POLLUTES, ran("v", outcome, (PLACE,)))  # type: ignore[arg-type]
    (edge,) = edges(*ALONE, *shown(), restored)
    assert edge.counterfactual is proven
    (row,) = [each for each in result(*ALONE, *shown(), restored).edges if each.effect == "breaks"]
    assert (row.leak is not None) is proven


def test_an_edge_without_a_leak_is_unexplained() -> None:
    quiet = (alone(ran("p")), *(alone(ran("v")) for _ in range(6)))
    runs = [execution("confirm", ran("p"), ran("v", "failed"), repeat=number) for number in range(6)]
    found = result(*quiet, *runs, outcomes({"p": "passed", "v": "failed"}))
    assert [each.test for each in found.certificate.unexplained] == [V]
    assert [finding.code for finding in found.findings] == ["LK104"]
    assert (found.verdict, found.exit_code) == ("order-dependent", 1)


# Coverage -------------------------------------------------------------------------------------------------------


def test_a_pair_is_covered_when_its_reader_met_the_value() -> None:
    assert [pair.reader for pair in coverage_of(ALONE, SUITE).uncovered] == [V]
    behind = execution("declared", POLLUTES, ran("q"), READS)
    covered = coverage_of([*ALONE, behind], SUITE)
    assert covered.uncovered == ()
    assert [each for each in covered.pairs.values() if each == behind.id]


def test_a_cleaned_value_covers_nothing() -> None:
    cleaned = execution("declared", POLLUTES, ran("c", "passed", (), change(after="red", before="blue")), READS)
    assert V in [pair.reader for pair in coverage_of([*ALONE, cleaned], SUITE).uncovered]


def test_what_only_siblings_can_see_is_paired_with_siblings() -> None:
    known = suite("test_a.py::p", "test_a.py::v", "test_b.py::w")
    runs = [
        alone(ran("test_a.py::p", "passed", (), change(reach="module"))),
        alone(ran("test_a.py::v", "passed", (PLACE,))),
        alone(ran("test_b.py::w", "passed", (PLACE,))),
    ]
    assert [pair.reader for pair in coverage_of(runs, known).uncovered] == ["test_a.py::v"]


@pytest.mark.parametrize(
    ("scope", "reached"),
    [
        ("session", {"a/test_a.py::v", "a/test_c.py::w", "b/test_b.py::w"}),
        ("package", {"a/test_a.py::v", "a/test_c.py::w"}),
        ("module", {"a/test_a.py::v"}),
    ],
)
def test_who_makes_a_value_that_dies_with_a_fixture_is_no_maker_for_others(scope: str, reached: set[str]) -> None:
    readers = ("a/test_a.py::v", "a/test_c.py::w", "b/test_b.py::w")
    makers = ("a/test_a.py::p", "b/test_b.py::p")
    runs = [alone(ran(test, "passed", (), change(reach=scope))) for test in makers]
    found = coverage_of(
        [*runs, *(alone(ran(test, "passed", (PLACE,))) for test in readers)], suite(*makers, *readers)
    )
    value = PLACE, change().digest
    assert {test for test in readers if (makers[0],) in found.reaching(value, test)} == reached
    assert ((makers[1],) in found.reaching(value, readers[0])) is (scope == "session")


def test_a_pair_met_in_company_is_open_while_the_reader_differs() -> None:
    """Two values were in place when it failed: each of the two pairs is a question of its own."""
    both = (PLACE, OTHER)
    other = ran("q", "passed", (), change(OTHER, line=9))
    profiles = (ALONE[0], alone(other), alone(ran("v", "passed", both)))
    together = execution("declared", POLLUTES, other, ran("v", "failed", both))
    assert {pair.location for pair in coverage_of([*profiles, together], SUITE).uncovered} == set(both)
    passed = execution("declared", POLLUTES, other, ran("v", "passed", both))
    assert coverage_of([*profiles, passed], SUITE).uncovered == ()


def test_a_value_left_only_behind_another_is_followed_to_its_depth() -> None:
    first = alone(POLLUTES)
    copies = ran("q", "passed", (PLACE,))
    profiles = (first, alone(copies), alone(ran("v", "passed", (OTHER,))))
    chain = execution("declared", POLLUTES, replace(copies, changes=(change(OTHER),)))
    found = coverage_of([*profiles, chain], SUITE)
    assert found.producers[OTHER, change(OTHER).digest] == ((P, name("q")),)
    assert [pair.reader for pair in found.uncovered] == [V]
    assert (OTHER, change(OTHER).digest) not in coverage_of([*profiles, chain], SUITE, depth=1).producers


def test_what_could_not_be_put_back_proves_nothing_and_is_told() -> None:
    tried = replace(
        execution(PutBack((PLACE,)), POLLUTES, READS),
        notes=(Note(Topic.NOT_RESTORED, "app_state shop:app colour"),),
    )
    (edge,) = edges(*ALONE, *shown(), tried)
    assert edge.counterfactual is None
    odd = replace(tried, notes=(Note(Topic.PROCESS, "not restored: said by something else"),))
    assert result(*ALONE, *shown(), odd).notes == ()
    (note,) = result(*ALONE, *shown(), tried, of=replace(SUITE, kinds=watched(app_state="tracked"))).notes
    assert note.startswith("app_state colour of shop:app cannot be put back")
    assert note.endswith(V)
    untracked = replace(SUITE, kinds=watched(app_state="compared"))
    assert result(*ALONE, *shown(), tried, of=untracked).notes == ()


# Verdicts -------------------------------------------------------------------------------------------------------


def verdict_of(*executions: Execution, test: str = V) -> str:
    return {each.id: each.verdict for each in result(*executions).tests}[test]


@pytest.mark.parametrize(
    ("declared", "reverse", "verdict"),
    [
        ("passed", "passed", "stable"),
        ("failed", "failed", "failing"),
        ("error", "failed", "failing"),
        ("skipped", "skipped", "skipped"),
        ("xfailed", "xfailed", "stable"),
        ("crashed", "crashed", "crashing"),
        ("timeout", "timeout", "timeout"),
        ("passed", "failed", "unknown"),
    ],
)
def test_verdicts_without_edges(declared: str, reverse: str, verdict: str) -> None:
    table = ({"p": "passed", "v": declared}, {"v": reverse, "p": "passed"})
    executions = [outcomes(row, kind) for row, kind in zip(table, ("declared", "reversed"), strict=True)]  # type: ignore[arg-type]
    assert verdict_of(*executions) == verdict


def test_nothing_known_is_unknown() -> None:
    assert verdict_of() == "unknown"


def test_flaky_is_told_from_order_dependent() -> None:
    once = quiet(outcomes({"p": "passed", "v": "failed"}))
    again = quiet(outcomes({"p": "passed", "v": "passed"}), repeat=1)
    assert verdict_of(once, again) == "flaky"
    assert verdict_of(*map(quiet, ALONE), quiet(alone(ran("v", "failed"))), *shown()) == "flaky"
    assert verdict_of(*ALONE, *shown()) == "victim"


def test_self_polluting() -> None:
    both = [execution("confirm", READS, BROKEN, repeat=number) for number in range(6)]
    found = [replace(each, order=replace(each.order, tests=(V, V))) for each in both]
    assert verdict_of(*ALONE, *found) == "self-polluting"


@pytest.mark.parametrize(("gate", "code"), [("error", 0), ("warning", 1), ("note", 1), ("never", 0)])
def test_the_gate(gate: FailOn, code: int) -> None:
    covered = execution("declared", POLLUTES, READS)
    found = result(*ALONE[:2], covered, case=GateInput(fail_on=gate))
    assert [finding.code for finding in found.findings] == ["LK201"]
    assert (found.verdict, found.exit_code) == ("leaking", code)


# Leaks ----------------------------------------------------------------------------------------------------------


def test_one_line_is_one_leak_whoever_runs_it() -> None:
    both = (alone(POLLUTES), alone(ran("q", "passed", (), change(after="green"))), alone(READS))
    (leak,) = result(*both).leaks
    assert leak.polluters == (P, name("q"))


def test_two_lines_are_two_leaks() -> None:
    both = (alone(POLLUTES), alone(ran("q", "passed", (), change(line=9))))
    assert [leak.id for leak in result(*both).leaks] == ["L1", "L2"]


def test_impact() -> None:
    assert [leak.impact for leak in result(*ALONE[:2]).leaks] == ["latent"]
    (leak,) = result(*ALONE[:2], execution("declared", POLLUTES, READS)).leaks
    assert (leak.impact, leak.readers) == ("read", (V,))
    (leak,) = result(*ALONE[:2], *shown()).leaks
    assert (leak.impact, leak.victims) == ("broken", (V,))


@pytest.mark.parametrize("quiet", [{"internal": True}, {"reach": "module"}])
def test_what_is_nobodys_business_is_not_told(quiet: dict[str, object]) -> None:
    assert result(alone(ran("p", "passed", (), change(**quiet)))).leaks == ()  # type: ignore[arg-type]


# Commands -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "test", ["t.py::test[a b]", "t.py::test['\"]", "a b/t.py::test[$HOME;`x`&|]", "t.py::test[é\\n]"]
)
def test_commands_are_quoted_for_a_shell(test: str) -> None:
    assert shlex.split(command(SUITE, (test, "t.py::u"))) == ["pytest", test, "t.py::u"]


def test_commands_carry_what_was_switched_off_and_how_pytest_is_started() -> None:
    odd = replace(SUITE, flags=("-n0",), extra=("--strict",), launcher="python -m pytest")
    assert command(odd, (P, V)) == f"python -m pytest -n0 --strict {P} {V}"


def test_commands_are_typed_where_the_user_stands() -> None:
    below = replace(SUITE, invocation="sub/deep")
    assert command(below, ("test_a.py::t", "sub/deep/test_b.py::t")) == "pytest ../../test_a.py::t test_b.py::t"
    assert import_command(below, ("sub/x.py",), "sub/deep/y.py::t").endswith("../x.py y.py::t")


def test_a_test_of_a_file_has_it_imported_in_the_order_of_the_suite() -> None:
    tests = ("sub/x.py::C::p[1]", "sub/x.py::t", "y.py::t", "z.py::p[a-b]", "z.py::p[c]")
    suite = replace(SUITE, tests=tuple(TestItem(test, test.partition("::")[0]) for test in tests))
    assert import_command(suite, ("sub/x.py",), "y.py::t") == ("pytest --deselect=sub/x.py::t sub/x.py::t y.py::t")
    assert import_command(suite, ("z.py", "sub/x.py"), "y.py::t") == (
        "pytest --deselect=z.py::p --deselect=sub/x.py::t sub/x.py::t y.py::t z.py::p"
    )
    assert import_order(suite, ("z.py", "sub/x.py"), "y.py::t") == ("sub/x.py", "y.py", "z.py")


def test_files_that_were_imported_in_another_order_are_no_witness() -> None:
    runs = [execution("confirm", BROKEN, collect=("test_b.py", FILE), repeat=number) for number in range(6)]
    odd = [replace(each, notes=(Note(Topic.IMPORTS, "otherwise"),)) for each in runs]
    assert len(edges(*ALONE, *runs)) == 1
    assert edges(*ALONE, *odd) == []


def test_what_was_put_back_right_behind_the_import_proves_it_although_no_read_was_seen() -> None:
    leak = change(line=1, lifetime="import", cause="test_b.py")
    known = replace(SUITE, import_changes=(leak,))
    runs = [execution("confirm", BROKEN, collect=("test_b.py", FILE), repeat=number) for number in range(6)]
    cured = execution("confirm", replace(BROKEN, outcome="passed"), collect=("test_b.py", FILE))
    cured = replace(cured, order=replace(cured.order, question=PutBack((leak.location,))))
    blind = [replace(each, runs=tuple(replace(run, reads=()) for run in each.runs)) for each in (*ALONE, *runs)]
    found = Knowledge.of([*blind, cured], known)
    ((edge, locations),) = edges_of(found)
    assert (edge.counterfactual, locations) == (True, (leak.location,))


def test_the_second_of_a_name_is_named_by_its_node_id() -> None:
    assert command(SUITE, ("t.py::a #2", "t.py::b")) == "pytest t.py::a t.py::b"


def test_the_suites_command() -> None:
    odd = replace(SUITE, args=("tests", "-k", "a b"), flags=("--randomly-dont-reorganize", "--no-cov"))
    assert suite_command(odd) == "pytest tests -k 'a b' --randomly-dont-reorganize --no-cov"
    assert suite_command(odd, seed=7) == "pytest tests -k 'a b' --no-cov --randomly-seed=7"


def test_what_a_wider_fixture_takes_away_again_only_its_users_can_see() -> None:
    place = Location("dependency_overrides", "app:app", "app:user")
    made = Change(place, "absent", "function fake", "fake", "none")
    undone = Source("test_a.py", 9, "teardown_class", "teardown", "setup", "class")
    undo = Change(place, "function fake", "absent", "none", "fake", sources=(undone,), lifetime="fixture")
    (left,) = net_changes(TestRun("t", "passed", changes=(made,), finalised=(undo,)))
    assert (left.after, left.reach) == ("function fake", "class")


def test_what_a_wider_fixture_leaves_counts_as_left() -> None:
    place = Location("dependency_overrides", "app:app", "app:user")
    left = Change(place, "absent", "function fake", "fake", "none", lifetime="fixture")
    assert net_changes(TestRun("t", "passed", finalised=(left,))) == [left]
