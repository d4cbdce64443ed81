"""Context variables (`contextvars`) that tests set outside of coroutines: the current request, tenant or user."""

from __future__ import annotations

from collections import Counter
from contextvars import Context, ContextVar, copy_context
from typing import Any

from leakcheck.probes import MISSING, About, Setting, Tracking, Values
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.variable_names import VariableNames

_OTHERS = frozenset({"decimal_context"})
"""Of the standard library: it changes with every calculation."""
_SHARED = frozenset({"asgiref.local"})
"""Names that many variables have. Which of these are set differs from test to test, and with it whether a name is
one variable's alone."""


class Probe(Setting):
    """Owner: `contextvars`. Key: the variable's name; of those that share one, that of the module which holds it.

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
        self._names = VariableNames()

    def read(self) -> Values:
        found = ((name, variable, variable.get()) for name, variable in self._set_here().items())
        return {
            ("contextvars", name): value
            for name, variable, value in found
            if value is not _default(variable) and name not in self._left_out
        }

    def _set_here(self) -> dict[str, ContextVar[Any]]:
        """name -> variable, of all that were set in the context of this thread."""
        here = [each for each in copy_context() if each.name not in _OTHERS]
        count = Counter(variable.name for variable in here)
        shared = self._names.of(each for each in here if count[each.name] > 1 or each.name in _SHARED)
        return {
            **{each.name: each for each in here if count[each.name] == 1 and each.name not in _SHARED},
            **dict(shared),
        }

    def put_back(self, owner: str, key: str, value: Any) -> None:
        variable = self._set_here()[key]
        usual = _default(variable)
        if value is not None or usual is not MISSING:
            variable.set(usual if value is None else value)
        else:
            self._left_out[key] = variable

    def surroundings(self) -> Context | None:
        if not self._left_out:
            return None
        left_out = {*map(identity, self._left_out.values())}
        kept = [(each, value) for each, value in copy_context().items() if identity(each) not in left_out]
        fresh = Context()
        for variable, value in kept:
            fresh.run(variable.set, value)
        return fresh


def _default(variable: ContextVar[Any]) -> Any:
    """What it gives where it was never set; `MISSING` if it has no default."""
    try:
        return Context().run(variable.get)
    except LookupError:
        return MISSING
