"""Random numbers in forks: those of a process of its own, or those that the project has asked for by a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from leakcheck.recorder.process.random_seeds import Chance


@pytest.fixture(autouse=True)
def same_chance_afterwards() -> Iterator[None]:
    state = random.getstate()
    yield
    random.setstate(state)


def fork(chance: Chance) -> None:
    """What Python does to `random` in a fork, and what we do behind it."""
    random.seed()
    chance.renew()


def test_a_seed_of_the_project_is_kept_in_a_fork_and_in_the_fork_of_that() -> None:
    chance = Chance()
    random.seed(42)
    chance.settle()
    fork(chance)
    chance.settle()
    fork(chance)
    assert random.random() == random.Random(42).random()


def test_a_seed_that_is_given_in_a_fork_is_kept_in_its_forks() -> None:
    chance = Chance()
    chance.settle()
    fork(chance)
    random.seed(42)
    random.random()
    chance.settle()
    fork(chance)
    expected = random.Random(42)
    expected.random()
    assert random.random() == expected.random()


def test_forks_of_a_project_that_seeds_nothing_have_numbers_of_their_own() -> None:
    chance = Chance()
    random.random()  # as the import of many a package does
    chance.settle()
    fork(chance)
    random.random()
    chance.settle()
    parent = random.getstate()
    fork(chance)
    first = random.random()
    chance.start_over()
    assert random.random() != first
    random.setstate(parent)
    assert random.random() != first
