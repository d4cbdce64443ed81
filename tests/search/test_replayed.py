"""A sequence in which a test failed is run again, and what it shows is proven."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from leakcheck.records import Edge, Location, Met, Whole
from leakcheck.search.few_tests import FewTestsSession
from leakcheck.search.replayed import Part, replay
from search.model import Model, ModelEngine, Step, bench_for, fails_by_chance, fails_if, fails_unless, look, write

VICTIM, POLLUTER, BRITTLE, SETTER = (
    "test_b.py::victim",
    "test_a.py::polluter",
    "test_b.py::brittle",
    "test_a.py::set",
)
MODEL = Model(
    {
        VICTIM: (fails_if(x="1"),),
        POLLUTER: (write("x"),),
        "test_a.py::other": (look("x"),),
        SETTER: (write("y"),),
        BRITTLE: (fails_unless(y="1"),),
        "test_c.py::unseen": (write("hidden_z"),),
        "test_c.py::blind": (fails_if(hidden_z="2"),),
        "test_c.py::later": (write("hidden_z", "2", hidden_z="1"),),
        "test_c.py::always": (Step("fail"),),
        "test_c.py::sometimes": (fails_by_chance(0.5),),
    }
)
Told = tuple[dict[str, Edge], list[str]]


def replayed(*parts: Part) -> tuple[FewTestsSession, ModelEngine]:
    bench, engine = bench_for(MODEL)
    wanted = frozenset(test for part in parts for test in part.failed)
    few = FewTestsSession(
        bench.engine, bench.options, bench.progress, bench.suite, list(bench.executions), wanted=wanted
    )
    replay(few, parts)
    return few, engine


def told(*parts: Part) -> Told:
    bench, _ = replayed(*parts)
    return {edge.test: edge for edge, _ in bench.edges() if edge.effect != "cleans"}, bench.notes


def part(*tests: str, failed: Sequence[str] = (), worker: str = "gw1") -> Part:
    return Part(worker, tests, tuple(failed or tests[-1:]))


def test_who_hurts_it_is_named_and_proven() -> None:
    edges, notes = told(part("test_a.py::other", POLLUTER, SETTER, VICTIM))
    assert list(edges) == [VICTIM]
    assert edges[VICTIM].polluters == (POLLUTER,)
    assert edges[VICTIM].confirmed
    assert notes == [f"{VICTIM} failed behind 3 tests of gw1; run again in that sequence, it fails again"]


def test_a_test_that_lacks_what_another_worker_made_is_brittle() -> None:
    edges, _ = told(part(POLLUTER, "test_a.py::other", BRITTLE))
    assert (edges[BRITTLE].effect, edges[BRITTLE].polluters) == ("enables", (SETTER,))


def test_what_no_probe_sees_is_found_in_the_sequence() -> None:
    edges, _ = told(part(POLLUTER, "test_c.py::unseen", SETTER, "test_c.py::later", VICTIM, "test_c.py::blind"))
    assert edges["test_c.py::blind"].polluters == ("test_c.py::unseen", "test_c.py::later")


def test_two_workers_are_replayed_each_for_itself() -> None:
    edges, notes = told(part(POLLUTER, VICTIM), part("test_a.py::other", BRITTLE, worker="gw0"))
    assert set(edges) == {VICTIM, BRITTLE}
    assert len(notes) == 2


def test_others_are_nobodys_business() -> None:
    bench, _ = replayed(part("test_a.py::other", BRITTLE))
    assert {edge.test for edge, _ in bench.edges()} == {BRITTLE}


def test_what_passes_is_tried_again_and_said_to_pass() -> None:
    edges, notes = told(part("test_a.py::other", VICTIM))
    assert edges == {}
    assert "passed in all of 5 executions" in notes[0]


def test_chance_is_told_and_accuses_nobody() -> None:
    edges, notes = told(part(POLLUTER, "test_c.py::sometimes"))
    assert edges == {}
    assert any("failed in" in note and "of" in note for note in notes)


def test_what_always_fails_is_no_leak() -> None:
    edges, notes = told(part(POLLUTER, "test_c.py::always"))
    assert edges == {}
    assert "it fails again" in notes[0]


def test_each_sequence_ends_with_the_last_that_failed() -> None:
    _, engine = replayed(part(POLLUTER, VICTIM))
    (first, *_) = [order for order in engine.ran if order.question == Whole("worker", name="gw1, replayed")]
    assert first.tests == (POLLUTER, VICTIM)


def test_what_other_workers_did_to_files_is_put_in_front(monkeypatch: pytest.MonkeyPatch) -> None:
    run = ModelEngine._execution

    def touching(self: ModelEngine, *given: object) -> object:
        from dataclasses import replace

        done = run(self, *given)  # type: ignore[arg-type]
        return replace(
            done, outside=tuple(Met(each.test, "file", "x") for each in done.runs if each.test == POLLUTER)
        )

    monkeypatch.setattr(ModelEngine, "_execution", touching)
    edges, notes = told(part("test_a.py::other", VICTIM), Part("gw0", (SETTER, POLLUTER)))
    assert edges[VICTIM].polluters == (POLLUTER,)
    assert f"fails behind others who change files ({POLLUTER})" in notes[-1]


def test_locations_of_others_are_not_covered() -> None:
    bench, _ = replayed(part(POLLUTER, VICTIM))
    assert {pair.reader for pair in bench.coverage().pairs} <= {VICTIM}
    assert Location("app_state", "shop:app", "x") in {place for _, places in bench.edges() for place in places}
