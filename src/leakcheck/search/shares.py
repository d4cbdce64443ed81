"""The shares of an audit: which tests and which orders of the whole suite are whose.

Every shard works out the same from what was collected, and from nothing else: they need not talk to one another.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, pairwise

from leakcheck.records import Order, Suite

PIECES = 2
"""A share is put together of so many pieces at least, if there are enough tests. A file that is smaller than that
is in one share: it is imported once, and what it leaks is likely to be due to few root causes."""
NO_TIMES: Mapping[str, float] = {}


def share_of(suite: Suite, index: int, total: int, seconds: Mapping[str, float] = NO_TIMES) -> frozenset[str]:
    """The tests of the share `index`, from 1 on, of `total`. Shares are disjoint, and together they are everything.

    They are as much alike as can be in what the tests take: as many `seconds` as were recorded of them, the mean
    of the others where nothing is.
    """
    return shares_of(suite, total, seconds)[index - 1]


def shares_of(suite: Suite, total: int, seconds: Mapping[str, float] = NO_TIMES) -> list[frozenset[str]]:
    """All of them: pieces of files are dealt out, the longest first, each to who has the least."""
    weight = _weights(suite, seconds)
    found: list[list[str]] = [[] for _ in range(total)]
    loads = [(0.0, number) for number in range(total)]
    pieces = sorted(_pieces(suite, total), key=lambda piece: (-sum(weight[each] for each in piece), piece))
    for piece in pieces:
        load, number = heapq.heappop(loads)
        found[number] += piece
        heapq.heappush(loads, (load + sum(weight[each] for each in piece), number))
    return [frozenset(each) for each in found]


def orders_of(orders: Sequence[Order], index: int, total: int) -> list[Order]:
    """Those of the share. `orders` are dealt out in turn, the last share first: where the shares of the
    tests are not alike, it is the first that is great."""
    return [order for number, order in enumerate(orders) if number % total == total - index]


def _weights(suite: Suite, seconds: Mapping[str, float]) -> Mapping[str, float]:
    """test -> what it counts for, in tests of the usual length."""
    known = [seconds[test] for test in suite.ids if test in seconds]
    mean = sum(known) / len(known) if known else 0.0
    if mean <= 0.0:
        return dict.fromkeys(suite.ids, 1.0)
    return {test: 1.0 + seconds.get(test, mean) / mean for test in suite.ids}


def _pieces(suite: Suite, total: int) -> Iterator[tuple[str, ...]]:
    """Tests of one file that stand one behind the other."""
    size = max(1, len(suite.tests) // (total * PIECES))
    for _, tests in groupby(suite.tests, key=lambda item: item.file):
        yield from _cut([item.id for item in tests], size)


def _cut(tests: Sequence[str], size: int) -> Iterable[tuple[str, ...]]:
    """In as few pieces as there can be that are not larger than `size`, all about alike."""
    count = -(-len(tests) // size)
    bounds = [len(tests) * number // count for number in range(count + 1)]
    return (tuple(tests[begin:end]) for begin, end in pairwise(bounds))
