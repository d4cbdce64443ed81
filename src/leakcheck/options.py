"""What the user asked for: command line over `[tool.leakcheck]` in pyproject.toml over defaults."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_type_hints

EngineName = Literal["auto", "fork", "spawn"]
Gate = Literal["error", "warning", "note", "never"]


SMALLEST_BUDGET = 120.0


@dataclass(frozen=True)
class Options:
    """All options of an audit. Times are seconds; `budget` is seconds, None for no bound."""

    paths: tuple[str, ...] = ()
    pytest_args: tuple[str, ...] = ()
    python: str = sys.executable
    engine: EngineName = "auto"
    lanes: int = max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    random: int = 3
    seed: int = 1
    test_timeout: float = 60.0
    execution_timeout: float = 1800.0
    budget: float = 20.0
    budget_unit: Literal["runs", "seconds"] = "runs"
    depth: int = 2
    fail_on: Gate = "error"
    show_values: bool = False
    folder: str = ".leakcheck"

    def budget_seconds(self, declared: float) -> float:
        """How long the search may take, given how long the declared order took; small suites are not stinted."""
        return self.budget if self.budget_unit == "seconds" else max(self.budget * declared, SMALLEST_BUDGET)

    @classmethod
    def from_text(cls, stored: Mapping[str, str]) -> Options:
        """The options that `as_text` gave; what an older audit did not store has its default."""
        hints = get_type_hints(cls)
        return cls(**{name: _value(hints[name], text) for name, text in stored.items() if name in hints})

    def as_text(self) -> dict[str, str]:
        return {spec.name: str(getattr(self, spec.name)) for spec in fields(self)}


def _value(hint: Any, text: str) -> Any:
    return ast.literal_eval(text) if hint in (int, float, bool, tuple[str, ...]) else text
