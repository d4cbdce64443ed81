"""Which of the stored audits is meant: the one that the user has named, else the newest that can serve."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from leakcheck.errors import Unreadable, UsageError
from leakcheck.nouns import plural
from leakcheck.store import Audit, AuditFolder, audits, latest, read_audit

Tell = Callable[[str], None]
LIST = "`leakcheck audits` lists them."


class Stored(NamedTuple):
    """An audit, and where it is kept."""

    folder: AuditFolder
    audit: Audit

    @property
    def id(self) -> str:
        return self.folder.path.name


def choose(base: Path, wanted: str | None, tell: Tell) -> Stored:
    """The audit that is called `wanted`, else the newest below `base` that can be shown.

    What is newer and cannot be shown is told. `Unreadable` if nothing can, UsageError if none is called like that.
    """
    if wanted is not None:
        folder = named(base, wanted)
        return Stored(folder, read_audit(folder))
    passed: list[tuple[AuditFolder, Unreadable]] = []
    empty: list[Stored] = []
    for folder in audits(base):
        try:
            found = Stored(folder, read_audit(folder))
        except Unreadable as error:
            passed.append((folder, error))
            continue
        if found.audit.executions:
            _tell_passed(passed, empty, tell)
            return found
        empty.append(found)
    return _nothing(base, passed, empty)


def named(base: Path, wanted: str) -> AuditFolder:
    """The audit whose id this is, or has this in it as no other has."""
    known = {folder.path.name: folder for folder in audits(base)}
    found = [wanted] if wanted in known else [name for name in known if wanted and wanted in name]
    if len(found) == 1:
        return known[found[0]]
    if found:
        told = f"{plural(len(found), 'audit')} in {base} are called like {wanted}"
        raise UsageError(told, hint=f"Did you mean: {', '.join(found[:3])}? {LIST}")
    near = difflib.get_close_matches(wanted, known, n=1)
    meant = f"Did you mean: {near[0]}? " if near else ""
    raise UsageError(f"no audit {wanted} in {base}", hint=f"{meant}{LIST}")


def reason(folder: AuditFolder, error: Unreadable) -> str:
    """Why this audit is of no use, without its name."""
    told = error.message.removeprefix(str(folder.path)).lstrip("/: ")
    return f"it {told}" if told.startswith("holds ") else told


def who_knows(base: Path, test: str, but: str) -> str:
    """The id of the newest audit, another than `but`, that has this test; "" if none has."""
    for folder in audits(base):
        if folder.path.name != but and any(test in each for each in _ids(folder)):
            return folder.path.name
    return ""


def _ids(folder: AuditFolder) -> tuple[str, ...]:
    try:
        return tuple(read_audit(folder).suite.ids)
    except Unreadable:
        return ()


def _tell_passed(passed: list[tuple[AuditFolder, Unreadable]], empty: list[Stored], tell: Tell) -> None:
    for name, why in sorted(_passed(passed, empty), reverse=True):
        tell(f"the newer audit {name} is passed over: {why}")


def _passed(passed: list[tuple[AuditFolder, Unreadable]], empty: list[Stored]) -> Iterator[tuple[str, str]]:
    yield from ((folder.path.name, reason(folder, error)) for folder, error in passed)
    yield from ((each.id, "it ended before a test had run") for each in empty)


def _nothing(base: Path, passed: list[tuple[AuditFolder, Unreadable]], empty: list[Stored]) -> Stored:
    """The best of audits that are all of little use."""
    if empty:
        return empty[0]
    if not passed:
        latest(base)  # raises
    if len(passed) == 1:
        raise passed[0][1]
    told = "\n".join(f"  {folder.path.name}: {reason(folder, error)}" for folder, error in passed)
    raise Unreadable(f"no audit in {base} can be shown", detail=told, hint="Run the audit again.")
