"""Events become records: what an audit knows is the executions on disk, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Final, cast

from leakcheck.errors import Unreadable
from leakcheck.options import Options
from leakcheck.probes import own
from leakcheck.records import (
    ALL_RUN,
    About,
    Behind,
    Change,
    Excerpt,
    Execution,
    Kind,
    Met,
    Names,
    Note,
    NotRun,
    Order,
    Outcome,
    Status,
    Suite,
    TestRun,
)
from leakcheck.records.timing import PhaseTimes
from leakcheck.records.topics import Fallback, Topic
from leakcheck.store.folder import AuditFolder
from leakcheck.store.journal import Journal
from leakcheck.wire import events, segments

LOST: Final = "lost"
"""The status of an execution that leakcheck itself ended, or that nobody ended."""
SUITE = "suite"
CONTROL = "control"
EXECUTIONS = ("e", CONTROL)
"""How the names of executions begin: those that record, and those that do not."""


@dataclass(frozen=True)
class Audit:
    """Everything known about a suite. `control` are the executions without a recorder. `damaged` are segments that
    are not as they were written, or gone: they count for nothing, and such an audit is not finished. For the
    tests that are `investigated` further executions were asked for. `cpu` are the seconds that leakcheck
    itself and that all other processes took, None if that is not known of every session. `not_run` is what
    its budget did not suffice for, `merged` the shards that it is put together of, if it is, `share` the tests that
    it is about, if it is a shard itself, and `revision` the project's."""

    suite: Suite
    executions: tuple[Execution, ...]
    control: tuple[Execution, ...] = ()
    notes: tuple[Note, ...] = ()
    leakcheck: str = ""
    created: str = ""
    finished: bool = False
    seconds: float = 0.0
    lanes: int = 1
    options: Mapping[str, str] = field(default_factory=dict)
    damaged: tuple[str, ...] = ()
    format: int = events.FORMAT
    excerpts: tuple[Excerpt, ...] = ()
    fallback: str = ""
    investigated: frozenset[str] = frozenset()
    cpu: tuple[float, float] | None = None
    phases: tuple[PhaseTimes, ...] = ()
    not_run: NotRun = ALL_RUN
    merged: events.Merged | None = None
    share: tuple[str, ...] | None = None
    revision: str = ""

    @cached_property
    def asked_for(self) -> Options:
        """The options that it was made with; `Unreadable` if what is stored are none."""
        return Options.from_text(self.options)


def fold_execution(tag: str, items: Iterable[events.Event]) -> Execution:
    """One segment's events as an execution. A test that began and never ended took its process with it, if that was
    not ended from outside."""
    order = Order(Behind(), ())
    runs: list[TestRun] = []
    notes: list[Note] = []
    outside: list[Met] = []
    status: Status = LOST
    seconds, engine, running, why = 0.0, "fork", "", ""
    cpu: float | None = None
    deep: tuple[Change, ...] = ()
    modules: tuple[str, ...] = ()
    names = ""
    for event in items:
        match event:
            case events.Header(order=Order() as planned):
                order = planned
            case events.Shuffled(tests=tests):
                order = replace(order, tests=tests)
            case events.Started(test=test):
                running = test
            case events.Finished(run=run):
                runs.append(run)
                running = ""
            case events.Again(test=test, outcome=outcome) if runs and runs[-1].test == test:
                runs[-1] = replace(runs[-1], again=cast(Outcome, outcome))
            case Note():
                notes.append(event)
            case events.Outside(what=what, name=name, test=test, fixture=fixture) if what != "settled":
                outside.append(Met(test or running, what, name, fixture))
            case events.Deep():
                deep, modules = (*deep, *event.changes), event.modules or modules
                names = sys.intern(event.names) or names
            case events.Stopped(reason=reason):
                notes.append(Note(Topic.STOPPED, reason))
                why = f"{reason.partition(':')[0]} ended the run"
            case events.Exit():
                status, seconds, engine = cast(Status, event.status), event.seconds, event.engine
                why, cpu = event.why or why, event.cpu
    if running and status != LOST:
        outcome = "timeout" if status == "timeout" else "crashed"
        runs.append(TestRun(running, cast(Outcome, outcome), crash=why))
    counted = () if isinstance(order.question, Names) else tuple(runs)  # it was slower, and could see why
    told = tuple(notes), engine, tuple(outside), deep, modules, names, cpu
    return Execution(tag, order, status, counted, seconds, *told)


def _last_session(items: Sequence[events.Event]) -> Sequence[events.Event]:
    """What the last session told: it has come across everything that those before it noted."""
    starts = [number for number, event in enumerate(items) if isinstance(event, events.Resumed)]
    return items[starts[-1] :] if starts else items


def _fallback(items: Sequence[events.Event], notes: Iterable[Note]) -> str:
    """Why the audit did not fork to its end; "" if it did. An earlier leakcheck told it in a note alone."""
    told = [event.why for event in items if isinstance(event, events.FellBack)]
    in_words = any(note.topic == Topic.ENGINE for note in notes)
    return told[-1] if told else str(Fallback.UNKNOWN) if in_words else ""


def _options(begun: events.Begun, items: Iterable[events.Event]) -> Mapping[str, str]:
    later = [event.options for event in items if isinstance(event, events.Resumed)]
    return {name: text for each in (begun.options, *later) for name, text in each.items()}


def _lanes(options: Mapping[str, str]) -> int:
    text = options.get("lanes", "1")
    if not isinstance(text, str) or not text.isascii() or not text.isdigit():
        raise Unreadable(f"lanes cannot be {text!r}"[:200], hint="Run the audit again.")
    return int(text)


def _seconds(items: Sequence[events.Event]) -> float | None:
    """How long the audit took, over all its sessions; None if it was not finished."""
    ends = [event for event in _last_session(items) if isinstance(event, events.Completed)]
    before = sum(event.seconds for event in items if isinstance(event, events.Resumed))
    return ends[-1].seconds + before if ends else None


def _cpu(items: Sequence[events.Event]) -> tuple[float, float] | None:
    """CPU seconds of all sessions, its own and those of processes; None if one did not tell."""
    sessions = sum(isinstance(event, events.Begun | events.Resumed) for event in items)
    told = [event for event in items if isinstance(event, events.Spent)]
    if not told or len(told) < sessions:
        return None
    return sum(each.own for each in told), sum(each.processes for each in told)


def _seconds_until_now(folder: AuditFolder, items: Sequence[events.Event]) -> float:
    """How long an audit that was not finished took, until its last sign of life."""
    before = sum(event.seconds for event in items if isinstance(event, events.Resumed))
    return round(before + alive_since(folder, items), 3)


def alive_since(folder: AuditFolder, items: Iterable[events.Event]) -> float:
    """Seconds from the beginning of the last session of an audit to its last sign of life."""
    began = [event.created for event in items if isinstance(event, events.Begun | events.Resumed)]
    last = max((folder.status(tag).st_mtime for tag in folder.tags()), default=0.0)
    return max(0.0, last - _timestamp(began[-1])) if began else 0.0


def _timestamp(text: str) -> float:
    try:
        return datetime.fromisoformat(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return float("inf")  # nobody knows: it took no time


def read_content(folder: AuditFolder, tag: str) -> segments.Content:
    """What a segment holds that may be of no use at all."""
    try:
        return folder.content(tag)
    except Unreadable as error:
        return segments.Content((), error.message)


def _read_executions(folder: AuditFolder, journal: Journal) -> tuple[list[Execution], list[str]]:
    """(executions that count, the names of those that are damaged or gone)."""
    found: list[Execution] = []
    tags = [tag for tag in folder.tags() if tag.startswith(EXECUTIONS)]
    damaged = [*journal.missing(tags)]
    for tag in tags:
        content = read_content(folder, tag)
        if tag in journal.disowned:
            continue
        if journal.is_damaged(tag, content):
            damaged.append(tag)
        elif content.events and not is_disowned(execution := fold_execution(tag, content.events)):
            found.append(execution)
    return found, sorted(damaged)


def _suite_in(folder: AuditFolder) -> Suite:
    contents = (read_content(folder, tag).events for tag in reversed(folder.tags()) if tag.startswith(SUITE))
    found = (
        event.suite
        for header, *rest in filter(None, contents)
        if isinstance(header, events.Header) and header.tag.startswith(SUITE)
        for event in rest
        if isinstance(event, events.Collected)
    )
    suite = next(found, None)
    if suite is None:
        raise Unreadable(f"{folder.path} holds no collected suite", hint="Run the audit again.")
    return replace(suite, kinds=_declared(suite.kinds))


def _declared(kinds: Mapping[str, Kind]) -> Mapping[str, Kind]:
    """`kinds`; our own of which nothing is declared, since an earlier leakcheck stored them, are told as today."""
    if all(kind.about != About() for kind in kinds.values()):
        return kinds
    ours = own().kinds
    return {name: _told(kind, ours[name]) if name in ours else kind for name, kind in kinds.items()}


def _told(kind: Kind, ours: Kind) -> Kind:
    return replace(ours, tracking=kind.tracking) if kind.about == About() else kind


def is_disowned(execution: Execution) -> bool:
    """Whether an audit of format 1 says that this execution does not count."""
    return execution.tells(Topic.NO_EVIDENCE)


def read_audit(folder: AuditFolder) -> Audit:
    """The stored audit of `folder`; `Unreadable` when there is nothing to understand in it."""
    content = folder.content("audit")
    items = content.events
    suite = _suite_in(folder)
    begun = next((event for event in items if isinstance(event, events.Begun)), None)
    if begun is None:
        raise Unreadable(
            f"{folder.segment('audit')}: {content.damage or 'it does not tell how the audit began'}",
            hint="Run the audit again.",
        )
    executions, damaged = _read_executions(folder, Journal.of(content))
    seconds = _seconds(items)
    session = _last_session(items)
    notes = tuple(event for event in session if isinstance(event, Note))
    return Audit(
        suite,
        tuple(each for each in executions if not each.id.startswith(CONTROL)),
        tuple(each for each in executions if each.id.startswith(CONTROL)),
        notes,
        begun.leakcheck,
        begun.created,
        seconds is not None and not damaged and not content.damage,
        _seconds_until_now(folder, items) if seconds is None else seconds,
        _lanes(begun.options),
        _options(begun, items),
        (*(["audit"] if content.damage else []), *damaged),
        content.format,
        next((each.items for each in reversed(items) if isinstance(each, events.Excerpts)), ()),
        _fallback(session, notes),
        frozenset(event.test for event in session if isinstance(event, events.Investigated)),
        _cpu(items),
        tuple(each for each in items if isinstance(each, PhaseTimes)),
        next((each for each in reversed(session) if isinstance(each, NotRun)), ALL_RUN),
        next((each for each in reversed(items) if isinstance(each, events.Merged)), None),
        next((each.tests for each in items if isinstance(each, events.Share)), None),
        begun.revision,
    )
