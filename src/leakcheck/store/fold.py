"""Events become records: what an audit knows is the executions on disk, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import cast

from leakcheck import events
from leakcheck.errors import Unreadable
from leakcheck.records import Change, Execution, Order, Outcome, Status, Suite, TestRun
from leakcheck.store.folder import AuditFolder

DISOWNED = "no evidence"
"""Topic of the note on an execution that was disturbed: it is kept and not counted."""


@dataclass(frozen=True)
class Audit:
    """Everything known about a suite. `control` are the executions without a recorder."""

    suite: Suite
    executions: tuple[Execution, ...]
    control: tuple[Execution, ...] = ()
    notes: tuple[events.Note, ...] = ()
    leakcheck: str = ""
    created: str = ""
    finished: bool = False
    seconds: float = 0.0
    lanes: int = 1
    options: Mapping[str, str] = field(default_factory=dict)


def fold_execution(tag: str, items: Iterable[events.Event]) -> Execution:
    """One segment's events as an execution. A test that began and never ended took its process with it."""
    order = Order("?", "confirm", ())
    runs: list[TestRun] = []
    notes: list[str] = []
    outside: list[tuple[str, str, str]] = []
    status: Status = "lost"
    seconds, engine, running, why = 0.0, "fork", "", ""
    deep: tuple[Change, ...] = ()
    modules: tuple[str, ...] = ()
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
            case events.Note(topic=topic, text=text):
                notes.append(f"{topic}: {text}")
            case events.Outside(what=what, name=name) if what != "settled":
                outside.append((running, what, name))
            case events.Deep():
                deep, modules = event.changes, event.modules
            case events.Stopped(reason=reason):
                notes.append(f"stopped: {reason}")
                why = f"{reason.partition(':')[0]} ended the run"
            case events.Exit():
                status, seconds, engine = cast(Status, event.status), event.seconds, event.engine
                why = event.why or why
    if running:
        outcome = "timeout" if status == "timeout" else "crashed"
        runs.append(TestRun(running, cast(Outcome, outcome), crash=why))
    return Execution(tag, order, status, tuple(runs), seconds, tuple(notes), engine, tuple(outside), deep, modules)


def _disowned(execution: Execution) -> bool:
    return any(note.startswith(f"{DISOWNED}: ") for note in execution.notes)


def _last_notes(items: Iterable[events.Event]) -> list[events.Note]:
    """The notes of the last session: it has come across everything that those before it noted."""
    notes: list[events.Note] = []
    for event in items:
        if isinstance(event, events.Resumed):
            notes.clear()
        elif isinstance(event, events.Note):
            notes.append(event)
    return notes


def read_audit(folder: AuditFolder) -> Audit:
    """The stored audit of `folder`; `Unreadable` when there is nothing to understand in it."""
    suite: Suite | None = None
    executions: list[Execution] = []
    control: list[Execution] = []
    begun = events.Begun("?", "")
    notes: list[events.Note] = []
    finished, seconds = False, 0.0
    for tag in folder.tags():
        items = tuple(folder.read(tag))
        if tag == "audit":
            begun = next((event for event in items if isinstance(event, events.Begun)), begun)
            notes = _last_notes(items)
            ends = [event for event in items if isinstance(event, events.Completed)]
            before = sum(event.seconds for event in items if isinstance(event, events.Resumed))
            finished, seconds = bool(ends), ends[-1].seconds + before if ends else 0.0
        elif tag.startswith("e"):
            executions.append(fold_execution(tag, items))
        elif tag.startswith("control"):
            control.append(fold_execution(tag, items))
        if tag.startswith("suite"):
            suite = next((event.suite for event in items if isinstance(event, events.Collected)), suite)
    if suite is None:
        raise Unreadable(f"{folder.path} holds no collected suite", hint="Run the audit again.")
    executions = [execution for execution in executions if not _disowned(execution)]
    control = [execution for execution in control if not _disowned(execution)]
    return Audit(
        suite, tuple(executions), tuple(control), tuple(notes), begun.leakcheck, begun.created, finished, seconds,
        int(begun.options.get("lanes", "1")), begun.options,
    )  # fmt: skip
