"""Entries of one container that belong together are told as one location, that of the container."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.made import FILE, change, name, suite
from leakcheck.analysis.facts.coverage import Coverage
from leakcheck.analysis.facts.profiles import SoloProfile
from leakcheck.analysis.graph.deep_findings import merged, told_with
from leakcheck.analysis.graph.leaks import LeftChange, leaks_of
from leakcheck.records import Change, Edge, Location, Source
from watched import OWN

SUITE = suite(kinds=OWN)
STORE = Location("module_globals", "shop", "cache._store")


def entry(key: str, kind: str = "module_globals") -> Location:
    return Location(kind, "shop", f'cache._store["{key}"]')


def left(by: str, key: str, line: int) -> LeftChange:
    return LeftChange(name(by), change(entry(key), line=line))


def again(test: str, *keys: str) -> tuple[Edge, tuple[Location, ...]]:
    edge = Edge((name(test),), name(test), "breaks", None, (name(test),), True, True, "pytest", ("e00001",))
    return edge, tuple(entry(key) for key in keys)


def told(*lefts: LeftChange, edges: tuple[tuple[Edge, tuple[Location, ...]], ...] = ()) -> list[Location]:
    _, found = merged(edges, lefts, SUITE)
    return [each.change.location for each in found]


def test_keys_of_their_own_that_one_line_put_there_are_the_container() -> None:
    edges = (again("a", "1"), again("b", "2"))
    carried, found = merged(edges, [left("a", "1", 48), left("b", "2", 48)], SUITE)
    assert [locations for _, locations in carried] == [(STORE,), (STORE,)]
    assert [(each.by, each.change.location) for each in found] == [(name("a"), STORE), (name("b"), STORE)]
    assert [[path.path for path in each.change.paths] for each in found] == [['["1"]'], ['["2"]']]


def test_keys_that_only_cure_together_are_the_container() -> None:
    assert told(left("a", "1", 7), left("a", "2", 8), edges=(again("a", "1", "2"),)) == [STORE]


def test_entries_told_as_paths_of_the_container_are_told() -> None:
    _, (found,) = merged((again("a", "1", "2"),), [left("a", "1", 7), left("a", "2", 8)], SUITE)
    assert list(told_with(found.change)) == [STORE, entry("1"), entry("2")]


@pytest.mark.parametrize("other", [left("b", "2", 49), left("b", "1", 48)], ids=["another line", "the same key"])
def test_what_does_not_belong_together_keeps_its_name(other: LeftChange) -> None:
    assert told(left("a", "1", 48), other) == [entry("1"), other.change.location]


def inner(by: str, key: str, line: int) -> LeftChange:
    location = replace(STORE, key=f"{STORE.key}{key}")
    return LeftChange(name(by), change(location, line=line))


def test_entries_of_entries_that_one_line_changed_are_the_outermost_container() -> None:
    """As where each case of a parametrized test pops something from its own dict."""
    lefts = [inner("a", '[0]["valid"]', 67), inner("a", '[0]["input"]', 67), inner("b", '[1]["valid"]', 67)]
    _, found = merged((), lefts, SUITE)
    assert [(each.by, each.change.location) for each in found] == [(name("a"), STORE), (name("b"), STORE)]
    assert [[path.path for path in each.change.paths] for each in found] == [
        ['[0]["valid"]', '[0]["input"]'],
        ['[1]["valid"]'],
    ]


def test_one_entry_of_each_of_several_entries_is_enough() -> None:
    edges = tuple(
        (again(test, "x")[0], (replace(STORE, key=f'{STORE.key}[{number}]["type"]'),))
        for number, test in enumerate("ab")
    )
    carried, found = merged(edges, [inner("a", '[0]["type"]', 129), inner("b", '[1]["type"]', 129)], SUITE)
    assert [locations for _, locations in carried] == [(STORE,), (STORE,)]
    assert {each.change.location for each in found} == {STORE}


def test_entries_of_entries_that_other_lines_changed_keep_their_names() -> None:
    lefts = [inner("a", '[0]["type"]', 129), inner("b", '[1]["type"]', 130)]
    assert told(*lefts) == [each.change.location for each in lefts]


def leaks(*lefts: LeftChange) -> list[tuple[list[str], list[int]]]:
    """Polluters and lines of each leak, where each of `lefts` breaks the test `v`."""
    edges = [
        (Edge((left.by,), name("v"), "breaks", None, (left.by, name("v")), True, True, "pytest"), (STORE,))
        for left in lefts
    ]
    profiles = {name(test): SoloProfile(name(test), ("passed",)) for test in "abcv"}
    told = leaks_of(profiles, edges, Coverage({}, {}), SUITE, lefts)
    return [([by[-1] for by in each.polluters], [source.line for source in each.sources]) for each in told]


def within(by: str, line: int, function: str = "", **more: object) -> LeftChange:
    """What a test left in the store, through a line of its own if no other function is named."""
    source = Source(FILE, line, function or by, "call", **more)  # type: ignore[arg-type]
    return LeftChange(name(by), change(STORE, sources=(source,), internal=True))


def test_what_tests_themselves_make_a_third_party_change_is_one_leak() -> None:
    assert leaks(within("a", 7), within("b", 9), within("c", 11)) == [(["a", "b", "c"], [7, 9, 11])]


@pytest.mark.parametrize(
    "other",
    [
        within("b", 9, "helper"),
        within("b", 9, fixture="b"),
        LeftChange(name("b"), replace(within("b", 9).change, sources=(Source("b.py", 9, "b", "call"),))),
    ],
    ids=["a helper", "a fixture", "a helper of that name"],
)
def test_what_has_a_line_that_is_no_tests_own_stays_a_leak_of_its_own(other: LeftChange) -> None:
    assert leaks(within("a", 7), other) == [(["a"], [7]), (["b"], [9])]


def test_what_is_no_entry_has_no_container() -> None:
    plain: Change = change(Location("environ", "os.environ", "A"), line=3)
    assert told(LeftChange(name("a"), plain), LeftChange(name("b"), plain)) == [plain.location, plain.location]
