"""Finding the test that a person means."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from leakcheck.errors import UsageError

_CUTOFF, _BESIDE = 0.75, 0.15
"""The least likeness that counts, and how much less of it than the nearest has."""
MAX_TOLD, MAX_MEANT = 3, 8
_OTHERS = "The audit knows other tests; run it again with this one."


def find_test(
    wanted: str, tests: Sequence[str], *, elsewhere: str = "", place: str = "this audit", hint: str = _OTHERS
) -> str:
    """The one test with this id, or with this text in its id; UsageError names the nearest otherwise.

    `elsewhere` tells where else to look, `hint` what to do where nothing helps, and `place` whose tests they are.
    """
    if wanted in tests:
        return wanted
    found = [test for test in tests if wanted in test]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(f"{len(found)} tests are called like {wanted}", hint=_meant(found))
    near = nearest(wanted, tests)
    meant = _meant(near) if near else ""
    told = "\n".join(filter(None, (meant, elsewhere)))
    raise UsageError(f"no test {wanted} in {place}", hint=told or hint)


def _meant(tests: Sequence[str]) -> str:
    """One beside the question; of several, each on a line of its own."""
    if len(tests) == 1:
        return f"Did you mean: {tests[0]}"
    rest = len(tests) - MAX_MEANT
    return "\n  ".join(("Did you mean:", *tests[:MAX_MEANT], *([f"+ {rest:,} more"] if rest > 0 else [])))


def nearest(wanted: str, tests: Sequence[str]) -> list[str]:
    """The tests whose ids, or whose names in them, are most like what was wanted; the nearest first."""
    scored = sorted((-_likeness(wanted, test), test) for test in tests)
    least = max(_CUTOFF, -scored[0][0] - _BESIDE) if scored else 1.0
    return [test for score, test in scored[:MAX_TOLD] if -score >= least]


def _likeness(wanted: str, test: str) -> float:
    """A long path in front, which both have or only one, says little about the name."""
    name, known = _name(wanted), _name(test)
    whole = difflib.SequenceMatcher(None, wanted, test).ratio() if "::" in wanted else 0.0
    return (2 * difflib.SequenceMatcher(None, name, known).ratio() + whole) / (3 if whole else 2)


def _name(test: str) -> str:
    return test.rpartition("::")[2].partition("[")[0]
