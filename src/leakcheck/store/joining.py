"""Executions of several audits of one suite, put into one folder: each under a number of its own there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from leakcheck.records import Note, NotRun, name_of, numbered
from leakcheck.records.timing import PhaseTimes
from leakcheck.store.appending import NO_LINK, append
from leakcheck.store.fold import EXECUTIONS
from leakcheck.store.folder import AuditFolder
from leakcheck.store.parts import sealed_anew
from leakcheck.wire import events, segments
from leakcheck.wire.codec import decode, encode

Put = Callable[[bytes], bytes]
"""What puts this machine's places in a line for what stood for them."""
_ALTERED = ("header", "outside")
_KEPT = (Note, PhaseTimes, events.FellBack, events.Spent)


def join(folder: AuditFolder, others: Iterable[AuditFolder], put: Put) -> list[Mapping[str, str]]:
    """Copy all executions of `others`, and what they note, into `folder`, in which there is none yet. Returns for
    each of them which names its executions have there."""
    number, told, given = 0, dict[events.Event, None](), list[Mapping[str, str]]()
    for other in others:
        names: dict[str, str] = {}
        for tag in other.tags():
            if tag.startswith(EXECUTIONS):
                number += 1
                names[tag] = numbered(name_of(tag), number)
                _copy(other, tag, folder, names[tag], put)
        for event in (decode(put(encode(each)[:-1])) for each in _of_audit(other, names)):
            if not (isinstance(event, Note) and event in told):
                told[event] = None
                folder.append("audit", event)
        given.append(names)
    return given


def copy_suite(folder: AuditFolder, other: AuditFolder, put: Put) -> None:
    """Have `folder` tell of the suite as `other` does."""
    _write(folder, "suite", sealed_anew(other.data("suite"), put))


def not_run_by(others: Iterable[AuditFolder]) -> NotRun:
    """What the budgets of `others` did not suffice for."""
    found = [each for other in others for each in other.read("audit") if isinstance(each, NotRun)]
    return NotRun(
        tuple(dict.fromkeys(test for each in found for test in each.alone)),
        tuple(dict.fromkeys(order for each in found for order in each.orders)),
    )


def _of_audit(other: AuditFolder, names: dict[str, str]) -> Iterator[events.Event]:
    for event in other.read("audit"):
        if isinstance(event, PhaseTimes):
            known = (names[each] for each in event.executions if each in names)
            yield replace(event, executions=tuple(known))
        elif isinstance(event, _KEPT):
            yield event


def _copy(other: AuditFolder, tag: str, folder: AuditFolder, name: str, put: Put) -> None:
    data = sealed_anew(other.data(tag), lambda line: put(_as_ours(line, name)))
    folder.append("audit", events.Ended(name, segments.last_seal(data).decode()))
    _write(folder, name, data)


def _as_ours(line: bytes, name: str) -> bytes:
    """A line of the execution that has this name here. What it says of files is acted on by nobody: no copy of any
    was brought along, and a stranger may say it."""
    match decode(line) if events.name_of(line) in _ALTERED else None:
        case events.Header() as header:
            return encode(replace(header, tag=name))[:-1]
        case events.Outside(what="file") as outside:
            return encode(replace(outside, copy=events.UNKEPT, proof=""))[:-1]
    return line


def _write(folder: AuditFolder, tag: str, data: bytes) -> None:
    append(os.open(folder.segment(tag), os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK, 0o600), data)
