"""The result of a stored audit. It runs nothing: `leakcheck run` ends with it, `leakcheck report` is it."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from leakcheck.analysis import Effort, GateInput, derive
from leakcheck.analysis.timing import Measured, timing
from leakcheck.audit.baseline_file import read_baseline
from leakcheck.nouns import agreeing, plural
from leakcheck.options import Judging, Options
from leakcheck.records import Cost, Excerpt, Execution, Leak, Made, ProvenFix, Result
from leakcheck.records.topics import Topic
from leakcheck.search.interference import undisturbed
from leakcheck.snapshots.redaction import without_secrets
from leakcheck.store import Audit, AuditFolder, kept_fixes, read_audit
from leakcheck.text import some
from leakcheck.wire.kept_fixes import lasting_name

EVERYTHING = "(everything)"
USUAL = Judging()


def result_of(
    folder: AuditFolder, judging: Judging = USUAL, today: date | None = None, audit: Audit | None = None
) -> Result:
    """Read the audit in `folder`, unless it is given, and derive what it means and what of it counts on the day
    `today`."""
    audit = _without_secrets(audit or read_audit(folder))
    notes = list(dict.fromkeys(note.text for note in audit.notes))
    notes += _shortened(audit)
    options = audit.asked_for
    baseline = read_baseline(judging.baseline)
    result = derive(
        audit.suite,
        audit.executions if audit.finished or audit.lanes == 1 else undisturbed(audit.executions),
        cost=_cost(audit, folder),
        leakcheck=audit.leakcheck,
        engine="fork" if forked(audit) else "spawn",
        lanes=audit.lanes,
        case=GateInput(
            judging.fail_on,
            judging.ignore,
            today,
            baseline,
            judging.baseline,
            tuple(partial(audit, baseline.suite if baseline is not None else None)),
            judging.severity,
        ),
        effort=Effort(
            options.profile,
            _budget(audit),
            is_spent(audit),
            audit.finished,
            bool(audit.damaged),
            options.depth,
            audit.not_run,
            options.random if options.random_until == "nothing new" and not options.shards else 0,
            replays(audit),
            tuple(of_shards(audit)),
            frozenset(audit.merged.unseen if audit.merged is not None else ()),
        ),
        notes=notes,
    )
    measured = Measured(audit.executions, audit.control, audit.phases, audit.cpu, audit.seconds, audit.lanes)
    return replace(
        result,
        excerpts=tuple(_shown(audit.excerpts, result.leaks)),
        timing=timing(measured),
        made=Made(_command(audit), audit.created, audit.revision, audit.merged is not None),
        proven_fixes=tuple(_proven(folder, result.leaks)),
    )


def of_shards(audit: Audit) -> Iterator[str]:
    """What is missing, in sentences, where an audit is a share, or put together of shares."""
    options, merged = audit.asked_for, audit.merged
    if options.shards:
        share = plural(len(audit.share or ()), "test")
        yield (
            f"This is shard {options.shard} of {options.shards}: it is about {share} of "
            f"{len(audit.suite.tests):,}; `leakcheck merge` joins all shards."
        )
    if merged is not None:
        yield from merged.holes
        if not merged.asked:
            yield "What only all shards together can ask was not asked (--no-run)."


def _command(audit: Audit) -> str:
    """What was typed, as far as it says which tests and how thoroughly."""
    profile = audit.asked_for.profile
    told = [] if profile == Options().profile else ["--profile", profile]
    which = selection(audit)
    return " ".join(filter(None, ("leakcheck run", *told, "" if which == EVERYTHING else which)))


def _shortened(audit: Audit) -> Iterator[str]:
    """Why there is less than there could be; nothing if there is not."""
    if audit.damaged:
        files = some([f"{name}.jsonl" for name in audit.damaged])
        verb = agreeing(len(audit.damaged), "is", "are")
        yield (
            f"this audit is damaged: {files} {verb} gone or not as written, and "
            "what follows does without; `leakcheck run --resume` executes again what is missing"
        )
    elif not audit.finished:
        yield "this audit was not finished: what follows is what was recorded until then"


def _without_secrets(audit: Audit) -> Audit:
    """The audit, its arguments for pytest without what looks secret: they stand in every command."""
    if audit.asked_for.show_values:
        return audit
    suite = audit.suite
    return replace(
        audit, suite=replace(suite, args=without_secrets(suite.args), extra=without_secrets(suite.extra))
    )


def _shown(excerpts: Iterable[Excerpt], leaks: Iterable[Leak]) -> Iterator[Excerpt]:
    """The lines around those that wrote what leaked."""
    wrote: dict[str, set[int]] = {}
    for source in (source for leak in leaks for source in leak.sources):
        wrote.setdefault(source.file, set()).add(source.line)
    return (each for each in excerpts if any(each.shows(each.file, line) for line in wrote.get(each.file, ())))


def _proven(folder: AuditFolder, leaks: Iterable[Leak]) -> Iterator[ProvenFix]:
    """What `leakcheck fix` has proven for this audit, so far as it is about leaks of this result."""
    ids = {lasting_name(leak): leak.id for leak in leaks}
    kept = (each for each in kept_fixes(folder.path) if all(name in ids for name in each.ends))
    found = [replace(each.fix, leaks=tuple(ids[name] for name in each.ends)) for each in kept]
    places = list(ids.values())
    yield from sorted(found, key=lambda each: places.index(each.leaks[0]))


def partial(audit: Audit, written_for: str | None) -> Iterator[str]:
    """Why this audit cannot tell what is no longer there; nothing if it can."""
    options = audit.asked_for
    if options.shards:
        yield f"it is shard {options.shard} of {options.shards}"
    if audit.merged is not None and audit.merged.holes:
        yield "not all of its shards are there"
    if audit.damaged:
        yield "it is damaged"
    elif not audit.finished:
        yield "it was not finished"
    if options.profile == "quick":
        yield "its profile is quick"
    if is_spent(audit):
        yield "its budget was spent"
    if replays(audit):
        yield "it replayed a run, and is about the tests that failed there only"
    if written_for is not None and written_for != selection(audit):
        yield f"it audited {selection(audit)}, and the baseline is written for {written_for}"


def selection(audit: Audit) -> str:
    """Which tests were audited, in the words of a command line."""
    options = audit.asked_for
    paths = [_from_root(path, audit.suite.invocation) for path in options.paths]
    arguments = without_secrets(options.pytest_args)
    return shlex.join([*paths, *(["--", *arguments] if arguments else [])]) or EVERYTHING


def _from_root(path: str, invocation: str) -> str:
    file, mark, rest = path.partition("::")
    return posixpath.normpath(posixpath.join(invocation, file)) + mark + rest


def is_spent(audit: Audit) -> bool:
    """Whether its budget did not suffice for all that it wanted to run."""
    return any(note.topic == Topic.BUDGET for note in audit.notes)


def replays(audit: Audit) -> bool:
    """Whether it is about tests that failed in a run that is over, and about nobody else."""
    return any(note.topic == Topic.REPLAY for note in audit.notes)


def _budget(audit: Audit) -> str:
    """What the search might cost; "" if the audit does not tell."""
    if "budget" not in audit.options:
        return ""
    amount = str(audit.asked_for.budget).removesuffix(".0")
    whole = audit.asked_for.budget_unit == "seconds"
    return f"{amount} seconds for the whole audit" if whole else f"{amount} runs of the declared order"


def forked(audit: Audit) -> bool:
    """Whether the audit forked to its end."""
    return not audit.fallback and any(execution.engine == "fork" for execution in audit.executions)


def plain_runs(control: Sequence[Execution]) -> list[Execution]:
    """Those of the whole suite that came to their end: one that could not collect it took little time."""
    most = max((len(each.runs) for each in control), default=0)
    return [each for each in control if each.status == "finished" and len(each.runs) == most]


def _cost(audit: Audit, folder: AuditFolder) -> Cost:
    whole = plain_runs(audit.control)
    executions = (*audit.executions, *audit.control)
    forks = sum(execution.engine == "fork" for execution in executions)
    nodes = sum(tag == "suite" or tag.startswith("node") for tag in folder.tags())
    return Cost(
        plain_seconds=round(min((each.seconds for each in whole), default=0.0), 3),
        audit_seconds=round(audit.seconds, 3),
        executions=len(executions),
        test_executions=sum(len(execution.runs) for execution in executions),
        processes=len(executions) - forks + (forks > 0),
        forks=forks + nodes if forks else 0,
        plain_cpu_seconds=round(min((each.cpu for each in whole if each.cpu is not None), default=0.0), 3),
        audit_cpu_seconds=round(sum(audit.cpu or ()), 3),
    )
