"""What undoes a write, behind it: for the place behind the yield of a fixture, or a cleanup of unittest's."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from leakcheck.fixes.writes import Called, Given, Put, Set, Started, Write

_NAME = re.compile(r"[^\W\d][\w.]*")


@dataclass(frozen=True, slots=True)
class Undo:
    """Statements in front of the write, in place of it (none: it stays), and behind the yield."""

    before: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def undo(write: Write, taken: Collection[str], *, absent: bool) -> Undo | None:
    """What undoes the write; None if its shape does not tell. `taken` are names that mean something there."""
    match write:
        case Put(holder, key):
            return _undo_of(f"{holder}[{key}]", f"{holder}.pop({key}, None)", "before", taken, absent=absent)
        case Set(holder, name):
            wanted = name.strip("_").lower() or "before"
            place = f"{holder}.{name}"
            return _undo_of(place, f"del {place}", wanted, {*taken, holder.partition(".")[0]}, absent=absent)
        case Started():
            return _stopped(write, taken)
        case Called():
            return _opposite(write, taken)
        case Given():
            line, token = _token(write, taken)
            return Undo(instead=(line,), after=(f"{write.variable}.reset({token})",))
    return None


def _stopped(write: Started, taken: Collection[str]) -> Undo:
    if _NAME.fullmatch(write.patcher):
        return Undo(after=(f"{write.patcher}.stop()",))
    kept = free_name("patcher", taken)
    start = f"{write.name} = {kept}.start()" if write.name else f"{kept}.start()"
    return Undo(instead=(f"{kept} = {write.patcher}", start), after=(f"{kept}.stop()",))


def _token(write: Given, taken: Collection[str]) -> tuple[str, str]:
    """The write so that what it returns is kept, and the name of that."""
    token = write.name or free_name("token", taken)
    return f"{token} = {write.variable}.set({write.value})", token


def _undo_of(place: str, gone: str, wanted: str, taken: Collection[str], *, absent: bool) -> Undo:
    """The old value back, or, where there was none, `gone`."""
    if absent:
        return Undo(after=(gone,))
    kept = free_name(wanted, taken, "before", f"{wanted}_before")
    return Undo((f"{kept} = {place}",), after=(f"{place} = {kept}",))


def _opposite(call: Called, taken: Collection[str]) -> Undo | None:
    match call:
        case Called("os", "chdir"):
            kept = free_name("before", taken)
            return Undo((f"{kept} = os.getcwd()",), after=(f"os.chdir({kept})",))
        case Called(logger, "setLevel"):
            kept = free_name("level", taken)
            return Undo((f"{kept} = {logger}.level",), after=(f"{logger}.setLevel({kept})",))
        case Called(holder, "addHandler" | "addFilter" as method, (given,)):
            return Undo(after=(f"{holder}.{method.replace('add', 'remove')}({given})",))
        case Called(holder, "append", (given,)) | Called(holder, "insert", (_, given)):
            return Undo(after=(f"{holder}.remove({given})",))
        case Called(holder, "add", (given,)):
            return Undo(after=(f"{holder}.discard({given})",))
    return None


def cleanup(write: Write, taken: Collection[str], *, absent: bool, method: str = "self.addCleanup") -> Undo | None:
    """The same for a test of unittest's: a cleanup that is agreed upon before the write, or right behind it."""
    if isinstance(write, Started):
        is_named = _NAME.fullmatch(write.patcher) is not None
        kept = write.patcher if is_named else free_name("patcher", taken)
        first = () if is_named else (f"{kept} = {write.patcher}",)
        start = f"{write.name} = {kept}.start()" if write.name else f"{kept}.start()"
        return Undo(instead=(*first, start, f"{method}({kept}.stop)"))
    if isinstance(write, Given):
        line, token = _token(write, taken)
        return Undo(instead=(line, f"{method}({write.variable}.reset, {token})"))
    agreed = _agreed(write, absent=absent)
    return Undo((f"{method}({agreed})",)) if agreed else None


def _agreed(write: Write, *, absent: bool) -> str:
    match write:
        case Put(holder, key):
            return f"{holder}.pop, {key}, None" if absent else f"{holder}.__setitem__, {key}, {holder}[{key}]"
        case Set(holder, name):
            return f'delattr, {holder}, "{name}"' if absent else f'setattr, {holder}, "{name}", {holder}.{name}'
        case Called("os", "chdir"):
            return "os.chdir, os.getcwd()"
        case Called(logger, "setLevel"):
            return f"{logger}.setLevel, {logger}.level"
    return ""


def free_name(wanted: str, taken: Collection[str], *others: str) -> str:
    """The name, another, or the name with something behind it, where it means something already."""
    names = [wanted, *others, *(f"{wanted}_{number}" for number in range(2, 100))]
    return next(name for name in names if name not in taken)
