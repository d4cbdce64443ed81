"""Delta debugging gives 1-minimal sequences, whatever the effect depends on."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hypothesis import given
from hypothesis import strategies as st

from leakcheck.search.delta_debugging import minimal

Shows = Callable[[Sequence[str]], bool]
names = st.lists(st.integers(0, 60).map(str), unique=True, max_size=24)


def shrink(sequence: Sequence[str], shows: Shows, finest: int | None = None) -> tuple[tuple[str, ...], int]:
    """(the result, how many sequences were asked about)."""
    questions = minimal(sequence, finest)
    asked: dict[tuple[str, ...], bool] = {}
    try:
        batch = next(questions)
        while True:
            assert batch
            assert len(set(batch)) == len(batch)
            asked.update({candidate: shows(candidate) for candidate in batch})
            batch = questions.send([asked[candidate] for candidate in batch])
    except StopIteration as end:
        return end.value, len(asked)


def is_one_minimal(sequence: Sequence[str], shows: Shows) -> bool:
    rest = (tuple(each for each in sequence if each != gone) for gone in sequence)
    return not any(shows(each) for each in rest if each)


def follows(part: Sequence[str], whole: Sequence[str]) -> bool:
    rest = iter(whole)
    return all(each in rest for each in part)


@given(names.filter(bool), st.data())
def test_one_culprit_is_found(sequence: list[str], data: st.DataObject) -> None:
    culprit = data.draw(st.sampled_from(sequence))
    found, _ = shrink(sequence, lambda tests: culprit in tests)
    assert found == (culprit,)


@given(names.filter(lambda each: len(each) > 1), st.data())
def test_several_needed_together_are_found_in_their_order(sequence: list[str], data: st.DataObject) -> None:
    needed = data.draw(st.lists(st.sampled_from(sequence), unique=True, min_size=2, max_size=4))
    found, _ = shrink(sequence, lambda tests: set(needed) <= set(tests))
    assert found == tuple(each for each in sequence if each in needed)


@given(names.filter(lambda each: len(each) > 3), st.data())
def test_one_of_several_sets_is_enough(sequence: list[str], data: st.DataObject) -> None:
    sets = data.draw(st.lists(st.sets(st.sampled_from(sequence), min_size=1, max_size=3), min_size=1, max_size=3))

    def shows(tests: Sequence[str]) -> bool:
        return any(each <= set(tests) for each in sets)

    found, _ = shrink(sequence, shows)
    assert shows(found)
    assert is_one_minimal(found, shows)
    assert follows(found, sequence)


@given(names.filter(lambda each: len(each) > 2), st.data())
def test_a_cleaner_in_between_is_left_out(sequence: list[str], data: st.DataObject) -> None:
    """Not monotone: the effect shows if the culprit comes after the last cleaner."""
    culprit, cleaner = data.draw(st.permutations(sequence))[:2]

    def shows(tests: Sequence[str]) -> bool:
        return culprit in tests and cleaner not in tests[list(tests).index(culprit) :]

    if shows(sequence):
        found, _ = shrink(sequence, shows)
        assert found == (culprit,)


@given(names)
def test_it_ends_whatever_the_answers(sequence: list[str]) -> None:
    assert shrink(sequence, lambda tests: False)[0] == tuple(sequence)
    assert len(shrink(sequence, lambda tests: True)[0]) == min(len(sequence), 1)


def test_a_culprit_among_a_thousand_costs_few_questions() -> None:
    sequence = [str(number) for number in range(1024)]
    found, asked = shrink(sequence, lambda tests: "700" in tests)
    assert found == ("700",)
    assert asked <= 44


def test_what_is_needed_to_the_last_item_costs_little_where_nobody_asks_for_more() -> None:
    everything = [str(number) for number in range(500)]
    found, asked = shrink(everything, lambda part: len(part) == 500, finest=16)
    assert (len(found), asked) == (500, 2 + 4 + 8 + 16)
    assert shrink(everything, lambda part: "77" in part, finest=2)[0] == ("77",)
    assert shrink(everything, lambda part: {"77", "78"} <= {*part}, finest=16)[0] == ("77", "78")
