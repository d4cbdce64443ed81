"""Sessions of SQLAlchemy in a transaction that has failed: nothing can be asked of them before it is rolled back.

A session that a wider fixture or a module hands out is left so by a test that expects a constraint to fail, and
every later test gets a `PendingRollbackError`. Looked at only to explain what nothing else does.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from leakcheck.probes import About, Setting, Tracking, Values

_MODULE = "sqlalchemy.orm.session"


class Probe(Setting):
    """Owner: the session's class and the sort of database. Key: `transaction`. Value: the error that it failed
    with. What has not failed is not told."""

    kind = "sessions"
    tracking: Tracking = "on demand"
    about = About(
        form="the failed $key of a $owner",
        whole="the failed transaction of a $owner",
        advice=(
            "Roll the session back behind each test (`session.rollback()` behind the yield of a fixture of "
            "function scope), or give each test a session of its own."
        ),
    )

    def read(self) -> Values:
        return {(owner, "transaction"): error for owner, error, _ in _failed()}

    def put_back(self, owner: str, key: str, value: Any) -> None:
        """Roll back what has failed since; to let it fail again is nothing that could be put back."""
        if value is None:
            for name, _, session in list(_failed()):
                if name == owner:
                    sys.modules[_MODULE].Session.rollback(session)


def _failed() -> Iterator[tuple[str, str, Any]]:
    """(owner, error, session) of all that are alive."""
    module = sys.modules.get(_MODULE)
    for session in list(getattr(module, "_sessions", {}).values()):
        state = object.__getattribute__(session, "__dict__")
        transaction = state.get("_transaction")
        if transaction is None or transaction.is_active:
            continue
        error = type(getattr(transaction, "_rollback_exception", None)).__name__
        yield f"{type(session).__qualname__} of {_dialect(state.get('bind'))}", error, session


def _dialect(bind: Any) -> str:
    return str(getattr(getattr(bind, "dialect", None), "name", "SQLAlchemy"))
