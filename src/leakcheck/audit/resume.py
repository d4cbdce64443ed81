"""An audit that was not finished, or had not the time for everything, goes on: what it has executed counts, if the
project is still the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from leakcheck import __version__
from leakcheck.audit.choosing import Tell, named, reason
from leakcheck.audit.stored_result import is_spent, replays
from leakcheck.errors import Unreadable, UsageError
from leakcheck.options import BUDGET, Options
from leakcheck.records import Suite
from leakcheck.store import Audit, AuditFolder, alive_since, audits, read_audit
from leakcheck.wire.events import FORMAT, Resumed, Sources
from leakcheck.workspace.salts import kept_salt
from leakcheck.workspace.source_digests import differences

JOURNAL = "audit"
_ANEW = "Run `leakcheck run` without --resume to begin anew."
NOT_OURS = "it was not made here by you, or so long ago that the salt of its digests is gone"
_REPLAY = "it replayed a run"
MAX_TOLD = 10
_MAY_DIFFER = ("folder", "cluster", *BUDGET.fields)


@dataclass(frozen=True)
class Earlier:
    """What an unfinished audit began with. It may go on with another budget, and on another cluster."""

    folder: AuditFolder
    suite: Suite
    options: Options
    sources: Mapping[str, str]
    salt: str
    share: tuple[str, ...] | None = None


def _hush(text: str) -> None:
    """Tell nobody."""


def unfinished(base: Path, given: Mapping[str, Any], wanted: str | None = None, tell: Tell = _hush) -> Earlier:
    """The audit called `wanted`, else the newest below `base`, that was not finished or had spent its budget;
    UsageError if there is none, or if it cannot go on. What is newer and has nothing to go on with is told.

    `given` are options that the user has asked for just now: but for the budget they have to be those of the audit.
    """
    if wanted is not None:
        return _named(named(base, wanted), given)
    for folder in audits(base):
        sources, why = _sources(folder)
        audit = _audit(folder) if sources is not None else None
        if sources is None or audit is None:
            tell(f"the newer audit {folder.path.name} is passed over: {why or 'it cannot be read'}")
        elif replays(audit):
            tell(f"the newer audit {folder.path.name} is passed over: {_REPLAY}")
        elif not audit.finished or is_spent(audit):
            return _earlier(folder, audit, sources, given)
    raise UsageError(f"there is no unfinished audit in {base}", hint=_ANEW)


def _named(folder: AuditFolder, given: Mapping[str, Any]) -> Earlier:
    sources, why = _sources(folder)
    if sources is None:
        raise UsageError(f"{folder.path} cannot go on: {why}", hint=_ANEW)
    audit = read_audit(folder)
    if replays(audit):
        raise UsageError(f"{folder.path} cannot go on: {_REPLAY}", hint="Run `leakcheck replay` again.")
    if audit.finished and not is_spent(audit):
        raise UsageError(f"{folder.path} was finished: there is nothing to go on with", hint=_ANEW)
    return _earlier(folder, audit, sources, given)


def _sources(folder: AuditFolder) -> tuple[Mapping[str, str] | None, str]:
    """(digests of the project's files, "") or (None, why there is nothing to go on with)."""
    try:
        found = (event.files for event in folder.read("audit") if isinstance(event, Sources))
        files = next(found, None)
    except Unreadable as error:  # of another format: whoever wrote it may go on with it
        return None, reason(folder, error)
    return files, "" if files is not None else "it ended before its suite was known"


def _audit(folder: AuditFolder) -> Audit | None:
    try:
        return read_audit(folder)
    except Unreadable:
        return None


def _earlier(folder: AuditFolder, audit: Audit, sources: Mapping[str, str], given: Mapping[str, Any]) -> Earlier:
    options = audit.asked_for
    wrong = list(_other_options(options, given))
    if audit.format != FORMAT:
        wrong.append(f"it was written in format {audit.format}, and this leakcheck writes format {FORMAT}")
    if JOURNAL in audit.damaged:
        wrong.append(f"{folder.segment(JOURNAL)} is damaged, which tells what is complete")
    if audit.leakcheck != __version__:
        wrong.append(f"it was begun by leakcheck {audit.leakcheck}, this is {__version__}")
    salt = kept_salt(folder.path)
    if salt is None:
        wrong.append(NOT_OURS)
    if wrong or salt is None:
        raise UsageError(f"{folder.path} cannot go on", detail=_listed(wrong), hint=_ANEW)
    other = {name: given[name] for name in (*BUDGET.fields, "cluster") if name in given}
    return Earlier(folder, audit.suite, replace(options, **other), sources, salt, audit.share)


def _other_options(options: Options, given: Mapping[str, Any]) -> Iterator[str]:
    for spec in fields(options):
        before = getattr(options, spec.name)
        if spec.name not in _MAY_DIFFER and given.get(spec.name, before) != before:
            yield f"{spec.name.replace('_', '-')} was {_shown(before)}, not {_shown(given[spec.name])}"


def _shown(value: object) -> str:
    return " ".join(value) or "not given" if isinstance(value, tuple) else str(value)


def resumed(folder: AuditFolder, options: Options) -> Resumed:
    """The event that says so. The time until the last sign of life counts to what the audit took."""
    seconds = alive_since(folder, folder.read("audit"))
    told = options.as_text()
    budget = {name: told[name] for name in BUDGET.fields}
    return Resumed(datetime.now(UTC).isoformat(timespec="seconds"), round(seconds, 3), budget)


def check_same(earlier: Earlier, suite: Suite, sources: Mapping[str, str]) -> None:
    """UsageError if the project is not what it was when the audit began."""
    wrong = [*_other_suite(earlier.suite, suite), *differences(earlier.sources, sources)]
    if wrong:
        raise UsageError(
            f"{earlier.folder.path} cannot go on: the project has changed", detail=_listed(wrong), hint=_ANEW
        )


def _other_suite(before: Suite, now: Suite) -> Iterator[str]:
    for name in ("rootdir", "invocation", "python", "pytest"):
        old, new = getattr(before, name), getattr(now, name)
        if old != new:
            yield f"{name} was {old}, is {new}"
    for what, gone in (("new", set(now.ids) - set(before.ids)), ("gone", set(before.ids) - set(now.ids))):
        yield from (f"the test {test} is {what}" for test in sorted(gone))
    if before.ids != now.ids and set(before.ids) == set(now.ids):
        yield "the tests are declared in another order"
    if before.plugins != now.plugins:
        yield f"the plugins were {', '.join(before.plugins)}, are {', '.join(now.plugins)}"


def _listed(texts: list[str]) -> str:
    more = [f"and {len(texts) - MAX_TOLD} more"] if len(texts) > MAX_TOLD else []
    return "\n".join(f"  {text}" for text in [*texts[:MAX_TOLD], *more])
