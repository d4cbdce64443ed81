"""The opening of an audit: the suite is collected while a control run goes on beside it."""

from __future__ import annotations

import difflib
from collections.abc import Collection
from pathlib import Path

from leakcheck.analysis import wrong_marks
from leakcheck.audit.durations import durations_in
from leakcheck.engine import Engine, Job
from leakcheck.errors import CollectionFailed, EngineFailed, NoTests, UsageError
from leakcheck.nouns import plural
from leakcheck.options import Options
from leakcheck.orders import forms
from leakcheck.progress import Progress
from leakcheck.records import Control, Order, Suite
from leakcheck.records.topics import Fallback, Topic
from leakcheck.search.session import AuditSession
from leakcheck.search.shard_session import ShardSession
from leakcheck.search.shares import share_of
from leakcheck.text import some
from leakcheck.wire.events import Collected, Share
from leakcheck.wire.messages import Refused

LAUNCHERS = ("pytest", "python -m pytest")
MAX_NAMED = 3
TOO_OLD = "an audited project needs Python 3.11 or newer"
PYTEST_TOO_OLD = "an audited project needs pytest 8.0 or newer"
ENDED = "the process that was to be forked ended: each order runs in a new process"


def collect_again(engine: Engine, launcher: str, progress: Progress, why: str, hint: str) -> Suite:
    """The suite of a stored audit, as it is now. CollectionFailed, for the reason `why`, if there is none."""
    progress.phase("collect", 1)
    engine.start_over(launcher)
    engine.open_suite()
    found = engine.suite()
    if found is None or found.errors:
        raise CollectionFailed(why, hint=hint, detail="\n".join(found.errors) if found else "")
    return found.suite


def open_bench(
    engine: Engine, options: Options, progress: Progress, known: str = "", share: Collection[str] | None = None
) -> tuple[AuditSession, Job]:
    """The bench, and the control run that goes on beside it.

    The suite is collected as `pytest` would or, where that fails and this does not, as `python -m pytest` would.
    Where an earlier session has found out which it is, that is `known`; and `share` the tests of a shard.
    """
    progress.phase("collect", 1)
    first = ""
    for launcher in LAUNCHERS:
        if known not in ("", launcher):
            engine.pass_over()
            continue
        engine.start_over(launcher)
        found, text, job = _collect(engine)
        if found is not None:
            suite = found.suite
            _check_marks(suite)
            progress.step("collect")
            bench = _bench(engine, options, progress, suite, share)
            _tell(bench)
            if engine.fork and (found.threads or found.connections):
                _heed_what_lives(bench, found)
            elif engine.may_fork and not engine.fork:
                bench.fall_back(Fallback.ENDED, ENDED)
            return bench, job
        first = first or text
    raise CollectionFailed(
        "pytest cannot collect this suite",
        hint="Make plain `pytest --collect-only` pass first.",
        detail=first,
    )


def _bench(
    engine: Engine, options: Options, progress: Progress, suite: Suite, share: Collection[str] | None
) -> AuditSession:
    """For all tests, or for the share of a shard: that of an earlier session of the audit, if there is one."""
    if not options.shards:
        return AuditSession(engine, options, progress, suite, ends=engine.ends)
    if share is None:
        found = share_of(suite, options.shard, options.shards, durations_in(options.durations))
        share = tuple(test for test in suite.ids if test in found)
        engine.keep("audit", Share(share))
    return ShardSession(engine, options, progress, suite, ends=engine.ends, share=frozenset(share))


def _collect(engine: Engine) -> tuple[Collected | None, str, Job]:
    """(what was collected, "", the control run) or (None, what pytest said, the control run that ended)."""
    engine.open_suite()
    job = engine.control(Order(Control(engine.hash_seeds.control), ()))
    found = engine.suite()
    if engine.fork and _may_have_met(engine, job, found):
        engine.wait(job)
        engine.stop_tree()
        engine.forget_suite()
        engine.open_suite()
        found = engine.suite()
    if found is None and engine.fork:
        engine.fall_back(Fallback.ENDED)
        engine.open_suite()
        found = engine.suite()
    if found is not None and not found.errors and found.suite.tests:
        return found, "", job
    return None, _failure(engine, job, found), job


def _may_have_met(engine: Engine, job: Job, found: Collected | None) -> bool:
    """Whether an import may have met what the control run beside it has changed in files: both may make a database
    anew, or remove a folder, when they import a conftest."""
    return found is None or bool(found.errors) or engine.touches_files(job)


def _failure(engine: Engine, job: Job, found: Collected | None) -> str:
    execution = engine.finish(job)
    text = engine.launch.read_log(job.tag)
    engine.stop_tree()
    engine.forget_suite()
    refused = engine.launch.refusal(job.tag)
    if refused is not None:
        raise _refusal(refused, engine.launch.python)
    if found is not None and not found.errors and not found.suite.tests:
        raise NoTests("pytest collected no test", hint="Name other paths, or look at -k and -m.", detail=text)
    if not text.strip():
        raise EngineFailed(f"pytest ended without a word ({execution.status})")
    return text


def _refusal(refused: Refused, python: str) -> UsageError:
    match refused.reason:
        case "no pytest":
            return UsageError(
                f"{python} has no pytest",
                hint="Name the interpreter of the audited project with --python, or install pytest there.",
            )
        case "old python":
            return UsageError(f"{TOO_OLD}; this is {refused.found}", hint="Name another interpreter with --python.")
        case "old pytest":
            return UsageError(
                f"{PYTEST_TOO_OLD}; this is {refused.found} ({python})",
                hint="Install a newer pytest there, or name another interpreter with --python.",
            )


def _heed_what_lives(bench: AuditSession, found: Collected) -> None:
    """A fork lacks the threads of its parent, and may wait for them without end; it shares the connections, on
    which the answers of two processes get mixed up."""
    if found.threads:
        threads = some(found.threads, MAX_NAMED)
        alive, verb = f"threads live that the import of the suite has started ({threads})", "lack"
    else:
        servers = some(found.connections, MAX_NAMED)
        alive, verb = f"connections are open that the import of the suite has made ({servers})", "share"
    if bench.options.engine == "fork":
        bench.note(Topic.THREADS if found.threads else Topic.SERVERS, f"{alive}; forks {verb} them")
        return
    why = Fallback.THREADS if found.threads else Fallback.CONNECTIONS
    bench.fall_back(why, f"{alive}; forks would {verb} them: each order runs in a new process")


def check_paths(options: Options) -> None:
    """UsageError unless all paths are there."""
    missing = [path for path in options.paths if not Path(path.split("::")[0]).exists()]
    if missing and "--pyargs" not in options.pytest_args:
        raise UsageError(f"no such path: {missing[0]}", hint=_meant(missing[0]), option="paths")


def check_orders(options: Options) -> None:
    """UsageError unless each order that is asked for can be."""
    for asked in options.order:
        is_known, known = forms(asked)
        if not is_known:
            raise UsageError(f"no such order: {asked}", hint=f"Orders are {'; '.join(known)}.", option="order")


def _meant(path: str) -> str:
    """What lies in the place of what does not, and is called like it."""
    file, mark, rest = path.partition("::")
    known = Path(file)
    while known != known.parent and not known.exists():
        wanted, known = known, known.parent
    there = [each.name for each in known.iterdir()] if known.is_dir() else []
    near = difflib.get_close_matches(wanted.name, there, n=1)
    if not near:
        return "Paths are relative to the folder you stand in."
    found = wanted.with_name(near[0]) / Path(file).relative_to(wanted)
    return (
        f"Did you mean: {found}{mark}{rest}?" if found.exists() else f"Did you mean: {wanted.with_name(near[0])}?"
    )


def _check_marks(suite: Suite) -> None:
    wrong = wrong_marks(suite)
    if wrong:
        raise UsageError(
            f"{plural(len(wrong), 'mark')} of leakcheck cannot be understood",
            detail="\n".join(f"  {each}" for each in wrong),
            hint="See docs/configuration.md#marks.",
        )


def _tell(bench: AuditSession) -> None:
    if bench.suite.neutralised:
        bench.note(Topic.NEUTRALISED, f"switched off for the audit: {', '.join(bench.suite.neutralised)}")
    if bench.suite.launcher != LAUNCHERS[0]:
        bench.note(
            Topic.LAUNCHER,
            f"collects only with `{bench.suite.launcher}`, so this is what runs and what is printed",
        )
