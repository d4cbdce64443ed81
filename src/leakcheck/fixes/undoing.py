"""What undoes a write, for a place that runs behind it: behind the yield of a fixture, or a cleanup of unittest's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from leakcheck.fixes.writes import Called, Put, Set, Started, Write


@dataclass(frozen=True, slots=True)
class Undo:
    """Statements in front of the write, in place of it (none: it stays), and behind the yield."""

    before: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def undo(write: Write, taken: Collection[str], *, absent: bool) -> Undo | None:
    """What undoes the write; None if its shape does not tell. `taken` are names that mean something there already."""
    match write:
        case Put(holder, key) if absent:
            return Undo(after=(f"{holder}.pop({key}, None)",))
        case Put(holder, key):
            kept = free_name("before", taken)
            return Undo((f"{kept} = {holder}[{key}]",), after=(f"{holder}[{key}] = {kept}",))
        case Set(holder, name) if absent:
            return Undo(after=(f"del {holder}.{name}",))
        case Set(holder, name):
            kept = free_name(name.strip("_") or "before", {*taken, holder.partition(".")[0]})
            return Undo((f"{kept} = {holder}.{name}",), after=(f"{holder}.{name} = {kept}",))
        case Started(patcher, name):
            kept = free_name("patcher", taken)
            start = f"{name} = {kept}.start()" if name else f"{kept}.start()"
            return Undo(instead=(f"{kept} = {patcher}", start), after=(f"{kept}.stop()",))
        case Called():
            return _opposite(write, taken)
    return None


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


def cleanup(write: Write, *, absent: bool) -> Undo | None:
    """The same for a test of unittest's: a cleanup that is agreed upon before the write, or right behind it."""
    match write:
        case Put(holder, key) if absent:
            return Undo((f"self.addCleanup({holder}.pop, {key}, None)",))
        case Put(holder, key):
            return Undo((f"self.addCleanup({holder}.__setitem__, {key}, {holder}[{key}])",))
        case Set(holder, name) if absent:
            return Undo((f'self.addCleanup(delattr, {holder}, "{name}")',))
        case Set(holder, name):
            return Undo((f'self.addCleanup(setattr, {holder}, "{name}", {holder}.{name})',))
        case Started(patcher, name):
            entered = f"self.enterContext({patcher})"
            return Undo(instead=(f"{name} = {entered}" if name else entered,))
        case Called("os", "chdir"):
            return Undo(("self.addCleanup(os.chdir, os.getcwd())",))
        case Called(logger, "setLevel"):
            return Undo((f"self.addCleanup({logger}.setLevel, {logger}.level)",))
    return None


def free_name(wanted: str, taken: Collection[str]) -> str:
    """The name, or with something behind it where it means something already."""
    names = [wanted, "before", f"{wanted}_before", *(f"{wanted}_{number}" for number in range(2, 100))]
    return next(name for name in names if name not in taken)
