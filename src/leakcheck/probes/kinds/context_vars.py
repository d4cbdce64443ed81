"""Context variables (`contextvars`) that tests set outside of coroutines: the current request, tenant or user."""

from __future__ import annotations

from collections import Counter
from contextvars import Context, ContextVar, copy_context
from typing import Any

from leakcheck.probes import About, Setting, Tracking, Values

_OTHERS = frozenset({"decimal_context"})
"""Of the standard library: it changes with every calculation."""


class Probe(Setting):
    """Owner: `contextvars`. Key: the variable's name; variables that share a name are left out.

    Nobody can unset a variable without the token of who has set it: so one that has its default, or None without a
    default, counts as not set.
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

    def read(self) -> Values:
        found = ((variable, variable.get()) for variable in _set_here().values())
        return {
            ("contextvars", variable.name): value for variable, value in found if value is not _default(variable)
        }

    def put_back(self, owner: str, key: str, value: Any) -> None:
        variable = _set_here()[key]
        variable.set(_default(variable) if value is None else value)


def _set_here() -> dict[str, ContextVar[Any]]:
    """name -> variable, of all that were set in the context of this thread."""
    here = copy_context()
    names = Counter(variable.name for variable in here)
    return {each.name: each for each in here if names[each.name] == 1 and each.name not in _OTHERS}


def _default(variable: ContextVar[Any]) -> Any:
    """What it gives where it was never set; None if it has no default."""
    try:
        return Context().run(variable.get)
    except LookupError:
        return None
