"""What an audit is asked to do, and how what it finds is judged."""

from __future__ import annotations

import ast
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from leakcheck.errors import Unreadable
from leakcheck.options.budgets import BUDGET, BudgetUnit
from leakcheck.options.interpreter import default_python
from leakcheck.options.random_orders import MOST, RANDOM, RandomUntil
from leakcheck.options.rules import Ignore
from leakcheck.options.said import Said, option
from leakcheck.options.shards import SHARD
from leakcheck.records import Severity

EngineName = Literal["auto", "fork", "spawn"]
Isolation = Literal["auto", "namespaces", "undo"]
FailOn = Literal["error", "warning", "note", "never"]
GuardMode = Literal["off", "warn", "fail", "restore"]
ProfileName = Literal["quick", "standard", "thorough"]

SHORTEST_RUN = 6.0
"""Seconds that a run of the declared order counts for at least, so that small suites are not stinted."""
BASELINE = "leakcheck-baseline.txt"


_CORES = max(1, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)


@dataclass(frozen=True)
class Options:
    """All options of an audit, in the order in which the command line tells them. What people say to choose one
    stands beside it. Times are seconds; `budget` is in runs of the declared order, or in seconds of all."""

    paths: tuple[str, ...] = option(
        (),
        Said(
            "Test files, folders or node ids, as for pytest. Arguments for pytest itself go behind --.",
            is_argument=True,
            relative="path",
        ),
    )
    pytest_args: tuple[str, ...] = option((), Said())
    python: str = field(
        default_factory=default_python,
        metadata=Said(
            "The audited project's interpreter.",
            usual="leakcheck's own; where pipx or uv installed it as a tool, that of VIRTUAL_ENV or .venv",
            relative="program",
        ).metadata,
    )
    profile: ProfileName = option("standard", Said("How thorough to be; see docs/configuration.md."))
    engine: EngineName = option(
        "auto", Said("Fork a collected suite for each execution, or start a new pytest process.")
    )
    isolation: Isolation = option(
        "auto",
        Said(
            "Keep files apart: undo puts back what an execution has changed, with namespaces (Linux) each has its "
            "own view of the project.",
            usual="undo",
        ),
    )
    lanes: int = option(_CORES, Said("Executions at a time.", least=1, usual="the cores"))
    cluster: str = option(
        "",
        Said(
            "Run executions on a Dask cluster: tcp://scheduler:8786, a scheduler's file, or local:4; see "
            "docs/cluster.md.",
            usual="here",
        ),
    )
    random: int = option(
        MOST,
        Said(
            "Pairs of random orders, an order and its reverse: 3 (just so many) or auto.",
            usual="auto: up to 3, while they show something new",
            compound=RANDOM,
        ),
    )
    random_until: RandomUntil = "nothing new"
    seed: int = option(1, Said("Seed of the first random order.", least=0))
    order: tuple[str, ...] = option(
        (),
        Said(
            "Another order: xdist:4 runs what each of four workers of pytest-xdist would get, xdist:4:DIST under "
            "--dist DIST. May be given several times."
        ),
    )
    test_timeout: float = option(60.0, Said("Seconds that one test may take.", least=0.1))
    execution_timeout: float = option(1800.0, Said("Seconds that one execution may take.", least=0.1))
    budget: float = option(
        20.0,
        Said(
            "What the search may cost (20 runs of the declared order), or the whole audit (10m).", compound=BUDGET
        ),
    )
    budget_unit: BudgetUnit = "runs"
    depth: int = option(2, Said("Of how many tests that make one value together to follow.", least=1))
    show_values: bool = option(False, Said("Show secrets in the clear instead of digests."))
    keep_temp: bool = option(False, Said("Keep what tests leave in their temporary folders."))
    folder: str = option(".leakcheck", Said("Where audits are kept.", relative="path"))
    shard: int = option(
        0,
        Said(
            "Audit this share only: 2/4, or auto for CI_NODE_INDEX of CI_NODE_TOTAL; `leakcheck merge` joins them.",
            usual="the whole audit",
            compound=SHARD,
        ),
    )
    shards: int = 0
    databases: str = ""
    """What a table of the file says of databases, in one text: see `leakcheck.wire.database_terms`."""
    durations: str = option(
        "",
        Said(
            "What tests took, to balance shards by: a JSON object, test id to seconds, as pytest-split stores it.",
            usual="all alike",
            relative="path",
        ),
    )

    @property
    def wall(self) -> float:
        """How long the whole audit may take; without end if only its search is bounded."""
        return self.budget if self.budget_unit == "seconds" else float("inf")

    def budget_seconds(self, declared: float) -> float:
        """How long the search may take, given how long the declared order took; without end if it is the whole
        audit that is bounded."""
        return float("inf") if self.budget_unit == "seconds" else self.budget * max(declared, SHORTEST_RUN)

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
    """What counts: from which severity on the exit code is 1, what is ignored, the file of what is known, and other
    severities of hazards than they have, by their codes."""

    fail_on: FailOn = option("error", Said("End with 1 when there is a finding of this severity or a worse one."))
    ignore: tuple[Ignore, ...] = ()
    baseline: str = option(BASELINE, Said("The file of what is known.", relative="path"))
    severity: Mapping[str, Severity] = field(default_factory=dict)


@dataclass(frozen=True)
class Guarding:
    """What the guard of a plain pytest run does with a leak, and at which kinds of state it looks."""

    guard: GuardMode = option("off", Said())
    guard_kinds: tuple[str, ...] = option((), Said())


@dataclass(frozen=True)
class Settings:
    """Everything that the user asked for. `source` is the file that some of it stands in, "" if there is none, and
    `written` are the names of what stands there and counts."""

    options: Options = field(default_factory=Options)
    judging: Judging = Judging()
    guarding: Guarding = Guarding()
    source: str = ""
    written: frozenset[str] = frozenset()
