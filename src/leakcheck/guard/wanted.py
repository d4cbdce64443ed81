"""What the user wants of the guard: pytest's command line over its ini file over leakcheck's own configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from leakcheck.errors import UsageError
from leakcheck.options import GuardMode, Judging, Options, Settings, did_you_mean, find_config, settle
from leakcheck.probes import Probes

DEFAULT, ALL = "default", "all"
CHEAP = (
    "app_state", "dependency_overrides", "client_cookies", "client_headers", "environ", "cwd", "argv", "sys_path",
    "sys_modules", "logging", "locale", "threads",
)  # fmt: skip
"""What a guard looks at unless it is told otherwise: benchmarks/guarding.py tells what each kind costs."""
NOT_GUARDED = frozenset(
    {"databases", "files", "fixture_values", "garbage", "imports", "parameters", "pytest_attributes"}
    | {
        "late_threads",
        "sessions",
        "providers",
        "random_state",
        "registries",
        "transactions",
        "warnings_filters",
        "event_loop",
        "context_vars",
    }
)
"""Kinds that only an audit can look at: what they need is not there in a plain run, or to be used changes them."""


@dataclass(frozen=True)
class Wanted:
    """How to guard, which kinds of state, and what else counts. Where the kinds are the usual ones, what the last
    audit has proven is guarded as well."""

    mode: GuardMode
    kinds: frozenset[str]
    kinds_are_usual: bool
    judging: Judging
    options: Options


def wanted_of(config: pytest.Config, probes: Probes) -> Wanted | None:
    """What is asked for; None if no guard is. `pytest.UsageError` tells what nobody can do."""
    try:
        settings = settle({}, find_config(Path.cwd()))
    except UsageError as error:
        text = "\n".join(filter(None, (error.message, error.detail, error.hint)))
        raise pytest.UsageError(f"leakcheck: {text}") from None
    mode: Any = _given(config, "leakcheck_guard") or settings.guarding.guard
    if mode not in ("warn", "fail", "restore"):
        if mode == "off":
            return None
        raise pytest.UsageError(f"leakcheck_guard = {mode}: off, warn, fail or restore is expected")
    names = _names(config, settings)
    return Wanted(mode, _kinds(names, probes), DEFAULT in names, settings.judging, settings.options)


def _given(config: pytest.Config, name: str) -> str:
    """On the command line or in pytest's own ini file."""
    return str(getattr(config.known_args_namespace, name, None) or config.getini(name) or "")


def _names(config: pytest.Config, settings: Settings) -> Sequence[str]:
    given = _given(config, "leakcheck_guard_kinds").replace(",", " ").split()
    return given or settings.guarding.guard_kinds or (DEFAULT,)


def _kinds(names: Iterable[str], probes: Probes) -> frozenset[str]:
    known = [kind for kind in probes.kinds if kind not in NOT_GUARDED]
    return frozenset(kind for name in names for kind in _meant(name, known))


def _meant(name: str, known: list[str]) -> Iterator[str]:
    if name in (DEFAULT, ALL):
        yield from (kind for kind in known if name == ALL or kind in CHEAP)
    elif name in known:
        yield name
    else:
        near = did_you_mean(name, [*known, DEFAULT, ALL])
        why = "only an audit can look at it" if name in NOT_GUARDED else f"there is no such kind of state{near}"
        raise pytest.UsageError(f"leakcheck guard-kinds: {name}: {why}")
