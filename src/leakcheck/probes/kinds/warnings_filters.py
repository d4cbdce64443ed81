"""`warnings.filters`: what becomes of warnings. (pytest puts the filters back after each phase of a test.)"""

from __future__ import annotations

import warnings
from typing import Any

from leakcheck.probes import About, Items, Setting, Values


class Probe(Setting):
    """Owner: `warnings`. Key: `filters`."""

    kind = "warnings_filters"
    by_fixtures = True
    about = About(
        form="warnings.filters$path",
        whole="warnings.filters",
        advice="Change filters inside `with warnings.catch_warnings():`, which puts them back.",
    )

    def read(self) -> Values:
        return {("warnings", "filters"): Items(warnings.filters)}

    def put_back(self, owner: str, key: str, value: Any) -> None:
        warnings.filters[:] = value  # type: ignore[index]
        mutated = getattr(warnings, "_filters_mutated", None) or getattr(
            warnings, "_filters_mutated_lock_held", None
        )
        if mutated is not None:
            mutated()
