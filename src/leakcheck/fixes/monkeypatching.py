"""The same write by a fixture of pytest's that undoes it when the test is over."""

from __future__ import annotations

from dataclasses import dataclass

import libcst as cst

from leakcheck.fixes.source import code
from leakcheck.fixes.writes import Called, Cut, Put, Set, Started, Took, Write

MONKEYPATCH = ("monkeypatch", "pytest.MonkeyPatch")
CAPLOG = ("caplog", "pytest.LogCaptureFixture")


@dataclass(frozen=True, slots=True)
class Patched:
    """A statement, and the fixture (with its type) that it asks for."""

    line: str
    fixture: tuple[str, str] = MONKEYPATCH


def patched(write: Write, *, absent: bool) -> Patched | None:
    """The write so that it is undone; None if there is no such form. `absent`: nothing stood there before."""
    match write:
        case Put() | Took():
            return _monkeypatch(_of_item(write))
        case Set() | Cut():
            return _of_attribute(write, absent=absent)
        case Started(patcher, ""):
            return _of_patcher(cst.parse_expression(patcher))
        case Called():
            return _of_call(write)
    return None


def _of_item(write: Put | Took) -> str:
    if isinstance(write, Put):
        in_environment = f"setenv({write.key}, {write.value})"
        return in_environment if write.is_environment else f"setitem({write.holder}, {write.key}, {write.value})"
    place = write.key if write.is_environment else f"{write.holder}, {write.key}"
    return f"{'delenv' if write.is_environment else 'delitem'}({place}, raising=False)"


def _of_attribute(write: Set | Cut, *, absent: bool) -> Patched | None:
    if isinstance(write, Cut):
        return _monkeypatch(f'delattr({write.holder}, "{write.name}")')
    if write.holder.rpartition(".")[2] == "state" and not absent:
        return None  # what a state holds is no attribute of it: monkeypatch would take it away in the end
    extra = ", raising=False" if absent else ""
    return _monkeypatch(f'setattr({write.holder}, "{write.name}", {write.value}{extra})')


def _of_call(write: Called) -> Patched | None:
    match write:
        case Called("os", "chdir", (folder,)):
            return _monkeypatch(f"chdir({folder})")
        case Called("sys.path", "insert", ("0", folder)):
            return _monkeypatch(f"syspath_prepend({folder})")
        case Called("sys.path", "append", (folder,)):
            return _monkeypatch(f'setattr(sys, "path", [*sys.path, {folder}])')
        case Called(logger, "setLevel", (level,)):
            return Patched(f"caplog.set_level({level}, logger={_name_of(logger)})", CAPLOG)
    return None


def _monkeypatch(call: str) -> Patched:
    return Patched(f"monkeypatch.{call}")


def _of_patcher(call: cst.BaseExpression) -> Patched | None:
    """`patch.object(holder, "name", value)` and `patch("target", value)`, if they say no more than that."""
    if not isinstance(call, cst.Call) or any(each.keyword or each.star for each in call.args):
        return None
    function, given = code(call.func).split("."), [code(each.value) for each in call.args]
    if function[-2:] == ["patch", "object"] and len(given) == 3:
        return _monkeypatch(f"setattr({', '.join(given)})")
    if function[-1] == "patch" and len(given) == 2:
        return _monkeypatch(f"setattr({', '.join(given)})")
    return None


def _name_of(logger: str) -> str:
    call = cst.parse_expression(logger)
    if isinstance(call, cst.Call) and code(call.func).rpartition(".")[2] == "getLogger" and len(call.args) == 1:
        return code(call.args[0].value)
    return f"{logger}.name"
