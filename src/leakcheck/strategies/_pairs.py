"""Executions that put a leaked value in front of the tests that read its location."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from leakcheck.records import Order

Wanted = tuple[tuple[str, ...], str]
"""(the tests that leave the value behind, in order; a reader)."""

MAX_ROWS = 40


def propose(wanted: Iterable[Wanted], loud: Collection[str], limit: int = 400) -> list[Order]:
    """One execution per producer: the producer, then all its readers, those that leave nothing first.

    `loud` are tests that leave something behind: each may uncover what follows it, so only one ends an execution.
    """
    by_producer: dict[tuple[str, ...], list[str]] = {}
    for producer, reader in wanted:
        by_producer.setdefault(producer, []).append(reader)
    orders = []
    for producer, readers in by_producer.items():
        orders += [_order(producer, each) for each in _rows(readers, loud)]
    return orders[:limit]


def alone(producer: tuple[str, ...], reader: str) -> Order:
    """A reader right behind a producer."""
    return _order(producer, [reader])


def behind(crowd: tuple[str, ...], readers: Sequence[str], restless: Collection[str]) -> list[Order]:
    """The readers behind all of `crowd`: those that change nothing first, then the others, each of whom may clean.

    Readers out of the crowd itself come behind the rest of it, one at a time.
    """
    if not crowd:
        return []
    outside = [reader for reader in readers if reader not in crowd]
    row = sorted(outside, key=lambda reader: reader in restless)
    inside = [reader for reader in readers if reader in crowd]
    rows = [(tuple(each for each in crowd if each != reader), reader) for reader in inside[:MAX_ROWS]]
    orders = [Order("pairs after a crowd", "pairs", (*rest, reader)) for rest, reader in rows if len(rest) > 1]
    return [Order("pairs after a crowd", "pairs", (*crowd, *row)), *orders] if row else orders


def _rows(readers: Sequence[str], loud: Collection[str]) -> list[list[str]]:
    quiet = [reader for reader in dict.fromkeys(readers) if reader not in loud]
    rest = [reader for reader in dict.fromkeys(readers) if reader in loud]
    rows = [[*quiet, *rest[:1]]] if quiet or rest else []
    return [*rows, *([reader] for reader in rest[1:])]


def _order(producer: tuple[str, ...], readers: Sequence[str]) -> Order:
    return Order(f"pairs after {producer[-1]}", "pairs", (*producer, *readers))
