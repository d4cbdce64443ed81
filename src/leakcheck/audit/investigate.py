"""More executions for one test: what a stored audit has not settled about it, asked of the same suite.

The search is the same as that of an audit, on the same evidence. What it learns is appended to the audit.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from leakcheck.audit.collect import collect_again
from leakcheck.audit.engine_context import engine_for
from leakcheck.audit.resume import NOT_OURS
from leakcheck.audit.run_audit import keep_excerpts, told_to
from leakcheck.audit.stored_result import forked
from leakcheck.engine import Engine, check_interpreter
from leakcheck.errors import UsageError
from leakcheck.nouns import plural
from leakcheck.options import Options
from leakcheck.orders.isolated import Strategy as Isolated
from leakcheck.progress import Progress
from leakcheck.records import Execution, Note
from leakcheck.records.topics import Topic
from leakcheck.search.few_tests import FewTestsSession
from leakcheck.search.outlook import declared_seconds
from leakcheck.search.phases import Plan, find_and_prove
from leakcheck.store import Audit, AuditFolder, read_audit
from leakcheck.wire.events import FORMAT, Completed, Investigated
from leakcheck.workspace.project_lock import in_turn
from leakcheck.workspace.restore_after_kill import put_back_leftovers
from leakcheck.workspace.salts import kept_salt

PLAN = Plan(rounds=2, whole=False)
"""One test is worth a second look at what the first has shown; who else leaks the same is not asked."""


@dataclass
class SingleTestSession(FewTestsSession):
    """A bench that wants to know about one test only."""

    test: str = ""

    def __post_init__(self) -> None:
        self.wanted = frozenset({self.test})


def why_not(audit: Audit, salt: str | None) -> str:
    """Why the suite of `audit` cannot be asked any further, in words; "" if it can."""
    reason = why_not_here(audit, salt)
    newer = "" if reason else next(_newer(audit), "")
    return f"{newer} is newer than the audit; `leakcheck run` audits again" if newer else reason


def why_not_here(audit: Audit, salt: str | None) -> str:
    """The same, whatever has become of the sources. `salt` is the audit's, None if that is not known: then it may
    be a stranger who names an interpreter and its arguments."""
    if audit.format != FORMAT:
        return f"the audit was written in format {audit.format}; `leakcheck run` audits again"
    if audit.damaged:
        return "the audit is damaged; `leakcheck run --resume` executes again what is missing"
    if not audit.finished:
        return "the audit was not finished; `leakcheck run --resume` goes on with it"
    suite = audit.suite
    folder = Path(suite.rootdir, suite.invocation)
    if not folder.is_dir() or not Path.cwd().samefile(folder):
        return "the audit was made in another folder; `leakcheck run` audits again"
    if salt is None:
        return f"{NOT_OURS}; `leakcheck run` audits again"
    return ""


def _newer(audit: Audit) -> Iterator[str]:
    """Test files, and what pytest loads for them, that were written after the audit had begun."""
    began = datetime.fromisoformat(audit.created).timestamp() + 1
    files = dict.fromkeys(test.file for test in audit.suite.tests)
    folders = {str(parent) for file in files for parent in PurePosixPath(file).parents}
    for name in (*files, *sorted(f"{folder}/conftest.py" for folder in folders)):
        path = Path(audit.suite.rootdir, name)
        if path.is_file() and path.stat().st_mtime > began:
            yield str(PurePosixPath(name))


def ask_about(test: str, folder: AuditFolder, progress: Progress) -> int:
    """Settle what is open about `test`, and append it to the audit in `folder`: the number of new executions."""
    began = time.monotonic()
    check_interpreter(read_audit(folder).asked_for.python)
    with in_turn(Path.cwd(), progress), _asking(folder, progress) as aside:
        audit = read_audit(folder)
        options = replace(audit.asked_for, engine="fork" if forked(audit) else "spawn")
        aside.begin("audit")
        salt = kept_salt(folder.path) or ""
        with engine_for(options, aside, salt=salt, first=_next_number(folder)) as engine, told_to(progress, engine):
            _collect(engine, audit, progress)
            bench = _bench(test, engine, options, audit, progress)
            settle(bench)
            bench.tell_left_out()
            new = len(bench.executions) - len(audit.executions)
            keep_excerpts(folder, bench)
    further = plural(new, "further execution was", "further executions were")
    told = {note.text for note in audit.notes}
    for text in bench.notes:
        if text not in told:
            folder.append("audit", Note(Topic.ASKED, text))
    folder.append("audit", Note(Topic.ASKED, f"{further} asked for about {test}"), Investigated(test))
    folder.append("audit", Completed(round(audit.seconds + time.monotonic() - began, 3)))
    return new


@contextmanager
def _asking(folder: AuditFolder, progress: Progress) -> Iterator[AuditFolder]:
    """A folder for executions; what was changed by those that were killed is put back first."""
    for text in put_back_leftovers(folder.path.parent):
        progress.note(text)
    with folder.aside(folder.asking.path.name) as aside:
        yield aside


def _next_number(folder: AuditFolder) -> int:
    """A number that no execution has, counted or not."""
    return 1 + max((int(tag[1:]) for tag in folder.tags() if tag[:1] == "e" and tag[1:].isdigit()), default=0)


def settle(bench: SingleTestSession) -> None:
    """The search of an audit behind its orders, for one test."""
    if bench.test not in bench.evidence().profiles:
        bench.run("isolated", Isolated().propose(bench.view([bench.test])))
    # The budget of the audit may have been none.
    bench.deadline = time.monotonic() + Options().budget_seconds(declared_seconds(bench))
    find_and_prove(bench, PLAN)


def _collect(engine: Engine, audit: Audit, progress: Progress) -> None:
    """Collect the suite again; it must be the one that was audited."""
    why, hint = "pytest cannot collect this suite any more", "Make plain `pytest --collect-only` pass first."
    suite = collect_again(engine, audit.suite.launcher, progress, why, hint)
    changed = set(suite.ids) ^ set(audit.suite.ids)
    if changed:
        raise UsageError(
            f"the suite is not the one that was audited: {min(changed)} is new or gone",
            hint="Audit it again with `leakcheck run`, or look at the stored audit with --no-run.",
        )
    progress.step("collect")


def _bench(test: str, engine: Engine, options: Options, audit: Audit, progress: Progress) -> SingleTestSession:
    return SingleTestSession(
        engine,
        options,
        progress,
        audit.suite,
        executions=list(audit.executions),
        control=list(audit.control),
        lethal=ended_by(audit.executions),
        test=test,
    )


def ended_by(executions: Iterable[Execution]) -> dict[str, str]:
    """The tests that were seen to end their process, and how."""
    return {
        run.test: str(run.outcome)
        for execution in executions
        for run in execution.runs[-1:]
        if run.outcome in ("crashed", "timeout")
    }
