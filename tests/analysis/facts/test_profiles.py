"""What counts as a test alone."""

from __future__ import annotations

import pytest

from analysis.made import PLACE, alone, execution, name, ran
from leakcheck.analysis.facts.profiles import profiles_of
from leakcheck.records import DeepLook, Execution, PutBack

ALONE = alone(ran("a"))


@pytest.mark.parametrize(
    ("other", "known"),
    [
        (alone(ran("a", "failed")), ["passed", "failed"]),
        (execution("confirm", ran("a", "skipped"), ran("a", "failed")), ["passed", "skipped"]),
        (execution(PutBack((PLACE,)), ran("a"), ran("a", "failed")), ["passed"]),
        (execution(DeepLook(), ran("a"), ran("a", "failed")), ["passed"]),
        (execution("confirm", ran("a"), ran("b")), ["passed"]),
        (execution("confirm", ran("a")), ["passed"]),
        (execution("declared", ran("a"), ran("a")), ["passed"]),
    ],
)
def test_the_first_of_two_runs_in_a_process_is_alone(other: Execution, known: list[str]) -> None:
    assert list(profiles_of([ALONE, other])[name("a")].outcomes) == known


def test_nobody_is_known_by_a_second_run_only() -> None:
    assert profiles_of([execution("confirm", ran("a"), ran("a", "failed"))]) == {}
