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


def both_directions(tests: Sequence[str]) -> list[tuple[str, ...]]:
    """A sequence of several tests and its reverse; nothing for fewer than two."""
    forward = tuple(dict.fromkeys(tests))
    return [forward, forward[::-1]] if len(forward) > 1 else []


def behind(sequence: tuple[str, ...], readers: Sequence[str], loud: Collection[str]) -> list[Order]:
    """The readers behind all of `sequence`, in as few executions as in `propose`."""
    rows = _rows([reader for reader in readers if reader not in sequence], loud)
    return [Order("pairs after a crowd", "pairs", (*sequence, *row)) for row in rows[:MAX_ROWS]]


def one_by_one(sequence: tuple[str, ...], readers: Sequence[str]) -> list[Order]:
    """Each reader right behind all of `sequence`."""
    return [Order("pairs after a crowd", "pairs", (*sequence, reader)) for reader in readers[:MAX_ROWS]]


def _rows(readers: Sequence[str], loud: Collection[str]) -> list[list[str]]:
    quiet = [reader for reader in dict.fromkeys(readers) if reader not in loud]
    rest = [reader for reader in dict.fromkeys(readers) if reader in loud]
    rows = [[*quiet, *rest[:1]]] if quiet or rest else []
    return [*rows, *([reader] for reader in rest[1:])]


def _order(producer: tuple[str, ...], readers: Sequence[str]) -> Order:
    return Order(f"pairs after {producer[-1]}", "pairs", (*producer, *readers))
