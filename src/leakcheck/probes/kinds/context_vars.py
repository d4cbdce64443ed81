"""Context variables (`contextvars`) that tests set outside of coroutines: the current request, tenant or user."""

from __future__ import annotations

from collections import Counter
from contextvars import Context, ContextVar, copy_context
from typing import Any

from leakcheck.probes import MISSING, About, Setting, Tracking, Values

_OTHERS = frozenset({"decimal_context"})
"""Of the standard library: it changes with every calculation."""


class Probe(Setting):
    """Owner: `contextvars`. Key: the variable's name; variables that share a name are left out.

    Nobody can unset a variable without the token of who has set it. So one that has a default counts as not set
    while it has that; one that has none is left out of the context in which the next test runs.
    """

    kind = "context_vars"
    tracking: Tracking = "on demand"
    about = About(
        form="context variable $key$path",
        whole="the context variables",
        advice=(
            "Set the variable in a fixture, and behind its yield give what `variable.set(...)` returned to "
            "`variable.reset(...)`."
        ),
    )

    def __init__(self) -> None:
        self._left_out: dict[str, ContextVar[Any]] = {}

    def read(self) -> Values:
        found = ((variable, variable.get()) for variable in _set_here().values())
        return {
            ("contextvars", variable.name): value
            for variable, value in found
            if value is not _default(variable) and variable.name not in self._left_out
        }

    def put_back(self, owner: str, key: str, value: Any) -> None:
        variable = _set_here()[key]
        usual = _default(variable)
        if value is not None or usual is not MISSING:
            variable.set(usual if value is None else value)
        else:
            self._left_out[key] = variable

    def surroundings(self) -> Context | None:
        if not self._left_out:
            return None
        kept = [(each, value) for each, value in copy_context().items() if each.name not in self._left_out]
        fresh = Context()
        for variable, value in kept:
            fresh.run(variable.set, value)
        return fresh


def _set_here() -> dict[str, ContextVar[Any]]:
    """name -> variable, of all that were set in the context of this thread."""
    here = copy_context()
    names = Counter(variable.name for variable in here)
    return {each.name: each for each in here if names[each.name] == 1 and each.name not in _OTHERS}


def _default(variable: ContextVar[Any]) -> Any:
    """What it gives where it was never set; `MISSING` if it has no default."""
    try:
        return Context().run(variable.get)
    except LookupError:
        return MISSING
