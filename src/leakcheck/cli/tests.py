"""Finding the test that a person means."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from leakcheck.errors import UsageError


def find_test(wanted: str, tests: Sequence[str]) -> str:
    """The one test with this id, or with this text in its id; UsageError names the nearest otherwise."""
    if wanted in tests:
        return wanted
    found = [test for test in tests if wanted in test]
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"{len(found)} tests are called like {wanted}", hint="Did you mean: " + ", ".join(found[:5])
        )
    near = difflib.get_close_matches(wanted, tests, n=3, cutoff=0.4)
    hint = (
        "Did you mean: " + ", ".join(near) if near else "The audit knows other tests; run it again with this one."
    )
    raise UsageError(f"no test {wanted} in this audit", hint=hint)
