"""One cause, one entry."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.made import FILE, OTHER, PLACE, name
from leakcheck.analysis.advice.by_kind import leak_advice
from leakcheck.analysis.graph.entries import one_entry_each
from leakcheck.records import Impact, Leak, Location, Source
from watched import OWN

ENVIRON = Location("environ", "os.environ", "MODE")


def leak(location: Location, *polluters: str, line: int = 7, impact: Impact = "latent", **more: object) -> Leak:
    by = tuple(map(name, polluters))
    sources = (Source(FILE, line, polluters[0], "call"),)
    values: dict[str, object] = {"victims": (), "readers": (), "sources": sources, **more}
    return Leak("", location, impact, by, before="absent", after="blue", **values)  # type: ignore[arg-type]


def told(*leaks: Leak) -> list[tuple[str, list[str], list[str]]]:
    """Key, polluters, and the keys of what is left beside it."""
    return [
        (each.location.key, [by[-1] for by in each.polluters], [beside.location.key for beside in each.also])
        for each in one_entry_each(leaks)
    ]


def test_what_one_line_leaves_is_one_entry_that_goes_by_the_worst() -> None:
    worst = leak(OTHER, "a", impact="broken", victims=("v",))
    assert told(leak(PLACE, "a"), worst, leak(ENVIRON, "a", impact="read", readers=("r",))) == [
        (OTHER.key, ["a"], [ENVIRON.key, PLACE.key])
    ]


def test_what_is_tracked_keeps_an_entry_for_each_key_that_a_line_sets() -> None:
    """`client.headers.update(...)` names each of them."""
    kind = OWN["client_headers"]
    assert len(told(leak(PLACE, "a", kind=kind), leak(OTHER, "a", kind=kind))) == 2


def test_what_has_a_public_name_goes_before_what_has_none() -> None:
    routes, version = (Location("module_globals", "shop", f"app.{name}") for name in ("router.routes", "_version"))
    assert told(leak(version, "a"), leak(routes, "a")) == [("app.router.routes", ["a"], ["app._version"])]


def test_the_entry_has_the_victims_of_all() -> None:
    found = one_entry_each(
        [
            leak(PLACE, "a", impact="broken", victims=("v", "w")),
            leak(OTHER, "a", impact="broken", victims=("u", "v")),
        ]
    )
    assert [each.victims for each in found] == [("v", "w", "u")]


def test_what_breaks_tests_through_another_kind_of_state_is_told_apart() -> None:
    broken = {"impact": "broken", "victims": ("v",)}
    assert told(leak(PLACE, "a", **broken), leak(ENVIRON, "a", **broken)) == [  # type: ignore[arg-type]
        (PLACE.key, ["a"], []),
        (ENVIRON.key, ["a"], []),
    ]


@pytest.mark.parametrize(
    "other",
    [
        leak(OTHER, "a", line=8),
        leak(OTHER, "a", "b"),
        leak(OTHER, "a", sources=()),
        leak(OTHER, "a", sources=(Source(FILE, 7, "helper", "call"),)),
        leak(OTHER, "a", sources=(Source(FILE, 7, "helper", "setup", "client", "function"),)),
    ],
    ids=["another line", "other tests", "no line", "a helper", "a helper of a fixture"],
)
def test_what_another_change_of_source_ends_is_told_apart(other: Leak) -> None:
    assert {key for key, _, _ in told(leak(PLACE, "a"), other)} == {PLACE.key, OTHER.key}


def test_what_two_kinds_call_by_one_name_is_one_entry() -> None:
    by = (Source("mail.py", 17, "post", "call"),)
    ends, runs = (Location(kind, "threading", "mail:Courier") for kind in ("late_threads", "threads"))
    (found,) = one_entry_each(
        [leak(runs, "a", sources=by), leak(ends, "a", sources=by, impact="broken", victims=("v",))]
    )
    assert found.locations == (ends, runs)


def test_what_one_line_of_a_fixture_leaves_is_one_entry() -> None:
    line = (Source(FILE, 3, "client", "setup", "client", "module"),)
    assert len(told(leak(PLACE, "a", "b", sources=line), leak(OTHER, "a", "b", sources=line))) == 1


def test_one_location_that_several_tests_change_is_one_entry() -> None:
    assert told(leak(PLACE, "a"), leak(PLACE, "b", line=9)) == [(PLACE.key, ["a", "b"], [])]
    (found,) = one_entry_each([leak(PLACE, "a"), leak(PLACE, "b", line=9)])
    assert [source.line for source in found.sources] == [7, 9]


def test_who_hurts_nobody_is_not_among_those_who_do() -> None:
    assert told(leak(PLACE, "a", impact="broken", victims=("v",)), leak(PLACE, "b", line=9)) == [
        (PLACE.key, ["a"], []),
        (PLACE.key, ["b"], []),
    ]


def test_fixtures_keep_an_entry_each() -> None:
    fixture = leak(PLACE, "b", sources=(Source(FILE, 9, "client", "setup", "client", "function"),))
    assert len(told(leak(PLACE, "a"), fixture)) == 2


@pytest.mark.parametrize(
    ("files", "place"),
    [
        (("tests/a/test_x.py",), "tests/a/test_x.py"),
        (("tests/a/test_x.py", "tests/b/test_y.py"), "tests/conftest.py"),
        (("test_x.py", "b/test_y.py"), "conftest.py"),
    ],
)
def test_the_advice_for_several_lines_names_one_place(files: tuple[str, ...], place: str) -> None:
    lines = [Source(file, line, "a", "call") for file in files for line in (7, 9)]
    found = leak_advice(leak(PLACE, "a", sources=tuple(lines)))
    assert found.endswith(f"`autouse=True` in `{place}` can put it back for all of them.")
    assert "autouse" not in leak_advice(replace(leak(PLACE, "a"), sources=(lines[0],)))
