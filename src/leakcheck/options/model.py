"""What an audit is asked to do, and how what it finds is judged."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from leakcheck.errors import Unreadable
from leakcheck.options.interpreter import default_python
from leakcheck.options.rules import Ignore

EngineName = Literal["auto", "fork", "spawn"]
FailOn = Literal["error", "warning", "note", "never"]
ProfileName = Literal["quick", "standard", "thorough"]
BudgetUnit = Literal["runs", "seconds"]

SHORTEST_RUN = 6.0
"""Seconds that a run of the declared order counts for at least, so that small suites are not stinted."""
BASELINE = "leakcheck-baseline.txt"


@dataclass(frozen=True)
class Options:
    """All options of an audit. Times are seconds; `budget` is in runs of the declared order or in seconds."""

    paths: tuple[str, ...] = ()
    pytest_args: tuple[str, ...] = ()
    python: str = field(default_factory=default_python)
    engine: EngineName = "auto"
    lanes: int = max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    profile: ProfileName = "standard"
    random: int = 3
    seed: int = 1
    test_timeout: float = 60.0
    execution_timeout: float = 1800.0
    budget: float = 20.0
    budget_unit: BudgetUnit = "runs"
    depth: int = 2
    show_values: bool = False
    keep_temp: bool = False
    folder: str = ".leakcheck"

    def budget_seconds(self, declared: float) -> float:
        """How long the search may take, given how long the declared order took."""
        return self.budget if self.budget_unit == "seconds" else self.budget * max(declared, SHORTEST_RUN)

    def as_text(self) -> dict[str, str]:
        return {spec.name: str(getattr(self, spec.name)) for spec in fields(self)}

    @classmethod
    def from_text(cls, stored: Mapping[str, str]) -> Options:
        """The options that `as_text` gave; what an older audit did not store has its default. `Unreadable` if they
        are no options."""
        hints = get_type_hints(cls)
        return cls(**{name: _value(name, hints[name], text) for name, text in stored.items() if name in hints})


def _value(name: str, hint: Any, text: object) -> Any:
    try:
        value = ast.literal_eval(str(text)) if hint in (int, float, bool, tuple[str, ...]) else text
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        value = None
    if not _fits(hint, value):
        raise Unreadable(f"{name.replace('_', '-')} cannot be {text!r}"[:200], hint="Run the audit again.")
    return value


def _fits(hint: Any, value: object) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) is tuple:
        return isinstance(value, tuple) and all(isinstance(each, str) for each in value)
    return type(value) is hint


@dataclass(frozen=True)
class Judging:
    """What counts: from which severity on the exit code is 1, what is ignored, and the file of what is known."""

    fail_on: FailOn = "error"
    ignore: tuple[Ignore, ...] = ()
    baseline: str = BASELINE


@dataclass(frozen=True)
class Settings:
    """Everything that the user asked for. `source` is the file that some of it stands in, "" if there is none, and
    `written` are the names of what stands there and counts."""

    options: Options = field(default_factory=Options)
    judging: Judging = Judging()
    source: str = ""
    written: frozenset[str] = frozenset()
