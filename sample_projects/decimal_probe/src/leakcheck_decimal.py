"""A kind of state of its own: the flag of decimal arithmetic that tells that a result was rounded.

It stays up until somebody takes it down: a test that divides 1 by 3 leaves it to every later test.
"""

from __future__ import annotations

import sys
from typing import Any

from leakcheck.probes import About, Setting, Values

OWNER = "decimal.getcontext()"


class Probe(Setting):
    """Owner: the context of the main thread. Key: the flag's name."""

    kind = "decimal_flags"
    about = About(
        form="the flag $key of decimal arithmetic",
        whole="the flags of decimal arithmetic",
        advice="Compute inside `with decimal.localcontext():`, which brings the old context and its `$key` back.",
        example=(
            "import decimal\n\nimport pytest\n\n\n"
            "@pytest.fixture\ndef arithmetic():\n"
            "    with decimal.localcontext() as context:  # a copy, gone behind the yield\n"
            "        context.clear_flags()\n"
            "        yield context\n"
        ),
    )

    def read(self) -> Values:
        decimal = sys.modules.get("decimal")
        if decimal is None:  # nobody computes with it, so there is no reason to import it
            return {}
        return {(OWNER, "Inexact"): decimal.getcontext().flags[decimal.Inexact]}

    def put_back(self, owner: str, key: str, value: Any) -> None:
        decimal = sys.modules["decimal"]
        decimal.getcontext().flags[decimal.Inexact] = value
