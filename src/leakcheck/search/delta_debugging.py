"""Delta debugging: the smallest part of a sequence that still shows an effect (Zeller and Hildebrandt 2002, ddmin).

The search is a generator: it yields batches of candidate sequences and is sent one answer for each (True: the
effect shows), so that whoever drives it may run a batch in parallel and answer from a cache.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable, Sequence
from typing import TypeVar

T = TypeVar("T", bound=Hashable)


def minimal(
    sequence: Sequence[T], finest: int | None = None
) -> Generator[list[tuple[T, ...]], list[bool], tuple[T, ...]]:
    """A 1-minimal subsequence that shows the effect, given that `sequence` as a whole does.

    With `finest`, it is cut into no more parts than that: of what is needed to the last item little is asked, and
    the answer is minimal as far as it has no more items.
    """
    current = tuple(sequence)
    parts = 2
    while len(current) >= 2:
        chunks = _split(current, parts)
        subsets = [*chunks] if parts == 2 else []
        complements = [_without(current, chunk) for chunk in chunks]
        candidates = [each for each in dict.fromkeys([*subsets, *complements]) if each]
        answers = yield candidates
        shown = next((each for each, answer in zip(candidates, answers, strict=True) if answer), None)
        if shown is not None:
            parts = 2 if len(shown) <= len(current) // 2 else max(parts - 1, 2)
            current = shown
        elif parts >= (most := min(len(current), finest or len(current))):
            break
        else:
            parts = min(parts * 2, most)
    return current


def _split(sequence: tuple[T, ...], parts: int) -> list[tuple[T, ...]]:
    size, extra = divmod(len(sequence), parts)
    chunks, begin = [], 0
    for index in range(parts):
        end = begin + size + (index < extra)
        chunks.append(sequence[begin:end])
        begin = end
    return [chunk for chunk in chunks if chunk]


def _without(sequence: tuple[T, ...], chunk: tuple[T, ...]) -> tuple[T, ...]:
    gone = set(chunk)
    return tuple(each for each in sequence if each not in gone)
