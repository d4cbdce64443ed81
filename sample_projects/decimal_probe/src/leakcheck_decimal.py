"""A kind of state of its own: the context of decimal arithmetic (precision, rounding, traps).

A test that writes `decimal.getcontext().prec = 4` changes what every later test computes.
"""

from __future__ import annotations

import sys
from typing import Any

from leakcheck.probes import About, Setting, Values

OWNER = "decimal.getcontext()"


class Probe(Setting):
    """Owner: the context of the main thread. Key: an attribute of it."""

    kind = "decimal_arithmetic"
    about = About(
        form="$key of decimal arithmetic",
        whole="the context of decimal arithmetic",
        advice="Set `$key` inside `with decimal.localcontext() as context:`, which brings the old context back.",
        example=(
            "import decimal\n\nimport pytest\n\n\n"
            "@pytest.fixture\ndef arithmetic():\n"
            "    with decimal.localcontext() as context:  # a copy, gone behind the yield\n"
            "        context.$name = ...\n"
            "        yield context\n"
        ),
    )

    def read(self) -> Values:
        decimal = sys.modules.get("decimal")
        if decimal is None:  # nobody computes with it, so there is no reason to import it
            return {}
        context = decimal.getcontext()
        return {(OWNER, "prec"): context.prec, (OWNER, "rounding"): context.rounding}

    def put_back(self, owner: str, key: str, value: Any) -> None:
        setattr(sys.modules["decimal"].getcontext(), key, value)
