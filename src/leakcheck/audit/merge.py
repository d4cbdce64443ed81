"""Shards become one audit: all that they have executed, and answers to what only the whole can ask."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from leakcheck import __version__
from leakcheck.analysis.facts.alone import solos
from leakcheck.audit.collect import collect_again
from leakcheck.audit.engine_context import engine_for
from leakcheck.audit.gather_parts import Gathered, check_here, gather, other_suite
from leakcheck.audit.investigate import ended_by
from leakcheck.audit.part import OF_MACHINE, own_temporary
from leakcheck.audit.run_audit import keep_excerpts, told_to
from leakcheck.audit.stored_result import forked
from leakcheck.engine import Cpu, Engine, check_interpreter
from leakcheck.errors import UsageError
from leakcheck.options import EngineName, Options
from leakcheck.progress import Progress
from leakcheck.records import ALL_RUN, Execution, NotRun, Suite
from leakcheck.search.phases import settle_the_rest
from leakcheck.search.session import AuditSession
from leakcheck.store import CONTROL, AuditFolder
from leakcheck.store.joining import copy_suite, join, not_run_by
from leakcheck.store.parts import ROOTDIR, replacing
from leakcheck.wire.events import Begun, Completed, Excerpts, Merged, Sources, Spent
from leakcheck.workspace.likely_root import likely_root
from leakcheck.workspace.project_lock import in_turn
from leakcheck.workspace.restore_after_kill import put_back_leftovers
from leakcheck.workspace.salts import keep_salt, key_of_sources, shared_salt
from leakcheck.workspace.source_digests import differences, sources_of

MAX_TOLD = 10
_NO_RUN = "Merge them where they were made, or add --no-run."


def merge(files: Sequence[str], here: Options, progress: Progress, *, run: bool = True) -> AuditFolder:
    """One audit of the parts in `files`, kept where `here` says. Unless `run` is False, what only the whole can ask
    is executed, by the options of the parts, with the interpreter and the lanes that `here` names."""
    began = time.monotonic()
    with own_temporary() as base:
        parts = gather(files, base)
        options = _options(parts, here)
        if not run:
            return _put_together(parts, options, began)
        check_here(parts)
        check_interpreter(options.python)
        with in_turn(Path.cwd(), progress):
            for text in put_back_leftovers(Path(options.folder)):
                progress.note(text)
            return _settle(parts, options, progress, began)


def _options(parts: Gathered, here: Options) -> Options:
    """Those of the parts, but for what is a matter of this machine."""
    options = parts.first.audit.asked_for
    mine = {name: getattr(here, name) for name in OF_MACHINE}
    engine: EngineName = "fork" if all(forked(each.audit) for each in parts.parts) else "spawn"
    return replace(options, **mine | {"shard": 0, "shards": 0}, engine=engine)


def _put_together(parts: Gathered, options: Options, began: float) -> AuditFolder:
    """What the shards have executed, and nothing else."""
    folder = AuditFolder.create(Path(options.folder))
    _begin(folder, parts, options, asked=False)
    copy_suite(folder, parts.first.folder, bytes)
    names = join(folder, (each.folder for each in parts.parts), bytes)
    excerpts = dict.fromkeys(each for part in parts.parts for each in part.audit.excerpts)
    folder.append("audit", Excerpts(tuple(excerpts)))
    _end(folder, parts, _executions(parts, names), began)
    return folder


def _begin(folder: AuditFolder, parts: Gathered, options: Options, *, asked: bool) -> None:
    folder.begin("audit")
    now = datetime.now(UTC).isoformat(timespec="seconds")
    merged = Merged(parts.shards, parts.there, parts.holes, parts.unseen, asked)
    folder.append("audit", Begun(__version__, now, options.as_text()), merged)


def _end(folder: AuditFolder, parts: Gathered, executions: Sequence[Execution], began: float) -> None:
    missing = _still_missing(not_run_by(each.folder for each in parts.parts), executions)
    if missing != ALL_RUN:
        folder.append("audit", missing)
    seconds = sum(each.audit.seconds for each in parts.parts) + time.monotonic() - began
    folder.append("audit", Completed(round(seconds, 3)))


def _still_missing(missing: NotRun, executions: Sequence[Execution]) -> NotRun:
    """What no shard had the time for."""
    ran = {solo.test for each in executions for solo in solos(each) if solo.runs}
    whole = {each.order.name for each in executions if each.status != "lost"}
    return NotRun(
        tuple(test for test in missing.alone if test not in ran),
        tuple(name for name in missing.orders if name not in whole),
    )


def _settle(parts: Gathered, options: Options, progress: Progress, began: float) -> AuditFolder:
    """The same, and the search behind it, on what all of them know."""
    before = Cpu.now().processes
    salt = _salt(parts, options)
    folder = AuditFolder.create(Path(options.folder))
    keep_salt(folder.path, salt)
    _begin(folder, parts, options, asked=True)
    first = 1 + sum(len(each.audit.executions) + len(each.audit.control) for each in parts.parts)
    with engine_for(options, folder, salt=salt, first=first) as engine, told_to(progress, engine):
        suite = _collect(engine, parts, progress)
        put = replacing({ROOTDIR: suite.rootdir})
        names = join(folder, (each.folder for each in parts.parts), put)
        folder.append("audit", Sources(sources_of(Path(suite.rootdir), salt)))
        bench = _bench(engine, options, progress, suite, parts, names)
        settle_the_rest(bench)
        bench.tell_left_out()
        engine.stop()
        for each in engine.left(suite.rootdir):
            bench.tell(each)
        keep_excerpts(folder, bench)
        engine.keep("audit", Spent(*Cpu.now().without(before)))
        _end(folder, parts, bench.executions, began)
    return folder


def _salt(parts: Gathered, options: Options) -> str:
    """That of the shards. UsageError unless their sources are here."""
    sources = sources_of(Path(likely_root(options.paths)), key_of_sources())
    wrong = differences(parts.first.manifest.sources, sources)
    if wrong:
        more = [f"and {len(wrong) - MAX_TOLD} more"] if len(wrong) > MAX_TOLD else []
        raise UsageError(
            "what only the whole can ask cannot be asked here: these are not the sources of the shards",
            detail="\n".join(f"  {text}" for text in [*wrong[:MAX_TOLD], *more]),
            hint=_NO_RUN,
        )
    return shared_salt(sources)


def _collect(engine: Engine, parts: Gathered, progress: Progress) -> Suite:
    """Collect the suite here; it must be the one of the shards, in the same environment."""
    why = "pytest cannot collect this suite here"
    suite = collect_again(engine, parts.suite.launcher, progress, why, _NO_RUN)
    wrong = list(other_suite(parts.suite, suite))
    if wrong:
        raise UsageError(
            "what only the whole can ask cannot be asked here: this is not the suite of the shards",
            detail="\n".join(f"  {text}" for text in wrong),
            hint=_NO_RUN,
        )
    progress.step("collect")
    return suite


def _bench(
    engine: Engine,
    options: Options,
    progress: Progress,
    suite: Suite,
    parts: Gathered,
    names: Sequence[Mapping[str, str]],
) -> AuditSession:
    executions = _executions(parts, names)
    recorded = [each for each in executions if not each.id.startswith(CONTROL)]
    return AuditSession(
        engine,
        options,
        progress,
        suite,
        executions=recorded,
        control=[each for each in executions if each.id.startswith(CONTROL)],
        lethal=ended_by(recorded),
        notes=list(dict.fromkeys(note.text for each in parts.parts for note in each.audit.notes)),
    )


def _executions(parts: Gathered, names: Sequence[Mapping[str, str]]) -> list[Execution]:
    """All that the shards have executed, under the names that it has now: there is much of it to read again."""
    found = (
        (execution, known)
        for part, known in zip(parts.parts, names, strict=True)
        for execution in (*part.audit.executions, *part.audit.control)
    )
    return [replace(execution, id=known[execution.id]) for execution, known in found]
