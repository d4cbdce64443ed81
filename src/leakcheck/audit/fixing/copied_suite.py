"""The audited suite in a copy of its project: orders run there by an engine as in an audit."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from leakcheck import __version__
from leakcheck.audit.engine_context import engine_for
from leakcheck.audit.fixing.renaming import Renaming, renaming
from leakcheck.audit.stored_result import forked
from leakcheck.engine import Engine
from leakcheck.errors import CollectionFailed
from leakcheck.options import Options
from leakcheck.records import Execution, Order, Suite
from leakcheck.records.topics import Fallback
from leakcheck.store import Audit, AuditFolder
from leakcheck.wire.events import Begun, Collected
from leakcheck.workspace.project_copy import ProjectCopy

GoesOn = Callable[[Suite, Sequence[Execution]], bool]
"""Whether what was executed by now is worth more executions."""


def _always(suite: Suite, done: Sequence[Execution]) -> bool:
    return True


@dataclass
class CopiedSuite:
    """What `audit` has audited, in a copy of its project. So many `executions` were made there by now."""

    audit: Audit
    copy: ProjectCopy
    salt: str
    executions: int = 0

    def run(self, *stages: Sequence[Order], goes_on: GoesOn = _always) -> tuple[Suite, list[Execution]]:
        """The suite as it is collected in the copy now, and an execution of each order, in their sequence; the next
        stage runs only if it `goes_on` behind the last.

        `CollectionFailed` if the suite cannot be collected, or is another one.
        """
        options = self._options()
        with self.copy.entered(self.audit.suite.invocation, options.python):
            folder = _folder(options)
            with engine_for(options, folder, salt=self.salt) as engine:
                suite, names = self._collected(engine)
                done: list[Execution] = []
                for orders in stages:
                    wanted = {names.there(order): order for order in orders}
                    found = _executed(engine, list(wanted))
                    done += [names.back(found[there], order) for there, order in wanted.items() if there in found]
                    if not goes_on(suite, done):
                        break
        self.executions += len(done)
        return suite, done

    def _options(self) -> Options:
        asked = self.audit.asked_for
        return replace(
            asked,
            paths=tuple(map(self.copy.moved, asked.paths)),
            pytest_args=tuple(map(self.copy.moved, asked.pytest_args)),
            python=_absolute(asked.python, Path.cwd()),
            engine="fork" if forked(self.audit) else "spawn",
            folder=str(self.copy.root.parent / "executions"),
            keep_temp=False,
        )

    def _collected(self, engine: Engine) -> tuple[Suite, Renaming]:
        engine.start_over(self.audit.suite.launcher)
        found = _collect(engine)
        if (found is None or found.errors) and engine.fork:
            engine.fall_back(Fallback.ENDED)
            found = _collect(engine)
        if found is None or found.errors:
            raise CollectionFailed(
                "pytest cannot collect the suite in a copy of the project",
                detail="\n".join(found.errors) if found else "",
            )
        names = renaming(self.audit.suite, found.suite)
        if names is None:
            raise CollectionFailed("pytest collects other tests in a copy of the project")
        return found.suite, names


def _collect(engine: Engine) -> Collected | None:
    engine.open_suite()
    return engine.suite()


def _executed(engine: Engine, orders: Sequence[Order]) -> dict[Order, Execution]:
    """An execution of each order. One that did not come to its end is made once more: a busy machine that kills a
    process says nothing about a fix."""
    found = {execution.order: execution for execution in engine.run(orders)}
    again = {
        replace(order, repeat=order.repeat + 1): order
        for order, execution in found.items()
        if execution.status != "finished"
    }
    for execution in engine.run(list(again)) if again else ():
        found[again[execution.order]] = execution
    return found


def _folder(options: Options) -> AuditFolder:
    """Where these executions are recorded: beside the copy, and not in it."""
    folder = AuditFolder.create(Path(options.folder))
    folder.begin("audit")
    folder.append("audit", Begun(__version__, datetime.now(UTC).isoformat(timespec="seconds"), options.as_text()))
    return folder


def _absolute(python: str, here: Path) -> str:
    """The interpreter, wherever one stands: a bare name is looked up as ever."""
    return str(here / python) if os.sep in python and not os.path.isabs(python) else python
