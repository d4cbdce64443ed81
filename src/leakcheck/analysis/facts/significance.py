"""How likely chance alone would have given what was seen: what tells a dependence from a coin."""

from __future__ import annotations

ALPHA = 0.001
"""A test that ignores the order and fails by chance, however often, is accused with at most this probability."""


def by_chance(failed: int, passed: int) -> float:
    """The largest probability, over all p, that a test failing with probability p fails `failed` times of as many
    behind its witness and passes `passed` times of as many without: sup p^a (1-p)^b, at p = a / (a + b)."""
    both = failed + passed
    if not failed or not passed:
        return 1.0
    share = failed / both
    return float(share**failed * (1 - share) ** passed)


def missing(failed: int, passed: int, alpha: float = ALPHA) -> tuple[int, int]:
    """The fewest further runs (behind the witness, without it) that make `by_chance` at most `alpha`, if all show
    what the others have shown; of several ways the one that leaves both sides most alike."""
    most = repeats(alpha) + 1
    ways = (
        (more_failed, more_passed)
        for more_failed in range(most)
        for more_passed in range(most)
        if by_chance(failed + more_failed, passed + more_passed) <= alpha
    )
    return min(ways, key=lambda way: (sum(way), abs(failed + way[0] - passed - way[1])))


def repeats(alpha: float = ALPHA) -> int:
    """How many runs behind the witness, and as many without it, make `by_chance` at most `alpha`."""
    return next(number for number in range(1, 64) if by_chance(number, number) <= alpha)
