"""Tests shared out to a number of processes, as evenly as their constraints allow, each share in a sequence in
which no known edge can act."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from leakcheck.analysis.planning.constraints import Constraints

_PIECES = 4
"""Neighbours of one file stay together, in pieces of which each share has so many at least."""


@dataclass(frozen=True)
class Shares:
    """A sequence of tests for each process, and how many `seconds` each takes. `unkept` are pairs of tests in one
    share of which the first should have run before the second, where that could not be had."""

    tests: tuple[tuple[str, ...], ...]
    seconds: tuple[float, ...] = ()
    unkept: tuple[tuple[str, str], ...] = ()


@dataclass
class _Share:
    blocks: list[tuple[str, ...]] = field(default_factory=list)
    seconds: float = 0.0


def share_out(tests: Sequence[str], seconds: Mapping[str, float], number: int, kept: Constraints) -> Shares:
    """`tests` in declared order, for so many processes."""
    usual = sum(seconds.values()) / len(seconds) if seconds else 1.0
    cost = {test: seconds.get(test, usual) for test in tests}
    place = {test: position for position, test in enumerate(tests)}
    needs = _needs(kept)
    shares = [_Share() for _ in range(number)]
    for block in sorted(_blocks(tests, cost, number, kept, needs), key=lambda each: -_sum(each, cost)):
        by_load = sorted(shares, key=lambda share: share.seconds)
        fitting = (share for share in by_load if _fits([*share.blocks, block], needs, place))
        chosen = next(fitting, by_load[0])
        chosen.blocks.append(block)
        chosen.seconds += _sum(block, cost)
    sequences = tuple(_in_sequence(share.blocks, needs, place) for share in shares)
    return Shares(sequences, tuple(share.seconds for share in shares), tuple(_unkept(sequences, needs)))


def _sum(block: Iterable[str], cost: Mapping[str, float]) -> float:
    return sum(cost[test] for test in block)


def _needs(kept: Constraints) -> Mapping[str, frozenset[str]]:
    """test -> those that come before it in the same process."""
    found = {test: set(early) for test, early in kept.behind.items()}
    for bond in kept.bonds:
        for early, late in pairwise(bond):
            found.setdefault(late, set()).add(early)
    return {test: frozenset(early) for test, early in found.items()}


def _blocks(
    tests: Sequence[str],
    cost: Mapping[str, float],
    number: int,
    kept: Constraints,
    needs: Mapping[str, Collection[str]],
) -> Iterator[tuple[str, ...]]:
    """What stays together, each in its sequence: tests that are bound to one another, and neighbours of a file."""
    place = {test: position for position, test in enumerate(tests)}
    for members in _components(kept.bonds):
        last_first = sorted(members, key=lambda test: (test not in needs, place[test]))
        yield tuple(_sorted(last_first, lambda test: needs.get(test, ())))
    bonded = {test for bond in kept.bonds for test in bond}
    bound = kept.bound - bonded
    yield from ((test,) for test in tests if test in bound)
    free = [test for test in tests if test not in bound and test not in bonded]
    yield from _neighbours(free, cost, sum(cost.values()) / (number * _PIECES))


def _components(bonds: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    group: dict[str, list[str]] = {}
    for bond in bonds:
        together = dict.fromkeys(test for each in bond for test in group.get(each, [each]))
        merged = list(together)
        group.update(dict.fromkeys(merged, merged))
    seen: set[int] = set()
    for members in group.values():
        if id(members) not in seen:
            seen.add(id(members))
            yield tuple(members)


def _neighbours(tests: Sequence[str], cost: Mapping[str, float], most: float) -> Iterator[tuple[str, ...]]:
    block: list[str] = []
    for test in tests:
        apart = block and test.partition("::")[0] != block[-1].partition("::")[0]
        if apart or (block and _sum(block, cost) + cost[test] > most):
            yield tuple(block)
            block = []
        block.append(test)
    if block:
        yield tuple(block)


def _sorted(nodes: Iterable[str], before: Callable[[str], Iterable[str]]) -> list[str]:
    """`nodes` so that each comes behind those before it, right behind where that can be; a circle is cut."""
    wanted = dict.fromkeys(nodes)
    done: dict[str, None] = {}
    seen: set[str] = set()
    for first in wanted:
        waiting = [first]
        while waiting:
            node = waiting[-1]
            missing = [] if node in seen else [each for each in sorted(before(node)) if each in wanted]
            seen.add(node)
            waiting += [each for each in reversed(missing) if each not in seen]
            if waiting[-1] == node:
                done.setdefault(waiting.pop())
    return list(done)


def _graph(blocks: Sequence[tuple[str, ...]], needs: Mapping[str, Collection[str]]) -> Mapping[str, frozenset[str]]:
    """block -> blocks before it; a block goes by its first test."""
    home = {test: block[0] for block in blocks for test in block}
    found: dict[str, set[str]] = {block[0]: set() for block in blocks}
    for late, early in needs.items():
        if late in home:
            found[home[late]].update(home[each] for each in early if each in home)
    return {block: frozenset(early - {block}) for block, early in found.items()}


def _fits(
    blocks: Sequence[tuple[str, ...]], needs: Mapping[str, Collection[str]], place: Mapping[str, int]
) -> bool:
    """Whether the last of `blocks` leaves a sequence of all in which everybody comes behind whom he has to."""
    if all(test not in needs for test in blocks[-1]) and not _is_needed(blocks[-1], needs):
        return True
    return not any(_unkept([_in_sequence(blocks, needs, place)], needs))


def _is_needed(block: Collection[str], needs: Mapping[str, Collection[str]]) -> bool:
    return any(test in early for early in needs.values() for test in block)


def _in_sequence(
    blocks: Sequence[tuple[str, ...]], needs: Mapping[str, Collection[str]], place: Mapping[str, int]
) -> tuple[str, ...]:
    by_name = {block[0]: block for block in sorted(blocks, key=lambda each: min(place[test] for test in each))}
    graph = _graph(blocks, needs)
    return tuple(test for name in _sorted(by_name, graph.__getitem__) for test in by_name[name])


def _unkept(sequences: Iterable[Sequence[str]], needs: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    for sequence in sequences:
        place = {test: position for position, test in enumerate(sequence)}
        for late, early in needs.items():
            if late in place:
                yield from ((each, late) for each in sorted(early) if place.get(each, -1) > place[late])
