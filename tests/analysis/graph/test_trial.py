"""What is open about one test."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analysis.made import PLACE, alone, change, execution, name, ran, suite
from leakcheck.analysis.graph.trial import trial_of
from leakcheck.records import DeepLook, Execution, Tried

P, V = name("p"), name("v")
SUITE = suite("p", "v")
POLLUTES = ran("p", "passed", (), change())
READS = ran("v", "passed", (PLACE,))
BROKEN = ran("v", "failed", (PLACE,))
ALONE = (alone(POLLUTES), *(alone(READS) for _ in range(6)))
DECLARED = execution("declared", READS, POLLUTES)
HARMLESS = execution("reversed", POLLUTES, READS)
HARM = execution("reversed", POLLUTES, BROKEN)
SHOWN = tuple(execution("confirm", POLLUTES, BROKEN, repeat=number) for number in range(6))


@pytest.mark.parametrize(
    ("executions", "open_"),
    [
        ((*ALONE, DECLARED, HARMLESS), ()),
        ((*ALONE, DECLARED, HARM, *SHOWN), ()),
        ((*ALONE, DECLARED), ("1 leaked value that it reads never stood in front of it",)),
        ((alone(POLLUTES), DECLARED, HARMLESS), ("it has never run alone",)),
        (
            (*ALONE, DECLARED, HARM),
            ("its outcome differs between orders, and it is not known which tests do that",),
        ),
        ((*ALONE, DECLARED, HARM, *SHOWN[:1]), ("a suspicion is not confirmed",)),
        (
            (*ALONE[:1], *(alone(replace(READS, again="failed")) for _ in range(6)), DECLARED, HARMLESS),
            ("it failed when it ran again in the same process, and that was not tried once more",),
        ),
    ],
    ids=["settled", "proven", "not met", "not alone", "differs", "suspected", "again"],
)
def test_open(executions: tuple[Execution, ...], open_: tuple[str, ...]) -> None:
    assert trial_of(V, executions, SUITE).open == open_


def test_a_dependence_without_a_location_is_open_until_a_deep_look() -> None:
    blind = [ran("p"), ran("v", "failed")]
    shown = tuple(execution("confirm", *blind, repeat=number) for number in range(6))
    known = (alone(ran("p")), *(alone(ran("v")) for _ in range(6)), execution("reversed", *blind), *shown)
    assert trial_of(V, known, SUITE).open == ("what leaked into it is not known",)
    assert trial_of(V, (*known, execution(DeepLook(), *blind)), SUITE).open == ()


def test_what_was_tried() -> None:
    found = trial_of(V, (*ALONE, DECLARED, HARMLESS), SUITE)
    assert (found.executions, found.alone) == (8, 6)
    assert found.tried == (Tried(PLACE, (P,), "reversed"),)
