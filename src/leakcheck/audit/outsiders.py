"""Tests that leave the process: what they touch outside cannot be forked, so they run while nothing else does."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import PurePath

from leakcheck.audit.names import some
from leakcheck.records import QUIET_FILES, Execution, Order


def outsiders(executions: Iterable[Execution], files: Mapping[str, str]) -> frozenset[str]:
    """Tests that were seen to write a file, to talk to a server or to take a fixed port, and all others of their
    test files, by `files`: it may be a fixture that does so, in the run of whoever needs it first."""
    seen = (row for execution in executions for row in execution.outside if row[1] != "driver")
    concerned = {files.get(test) for test, _, name in seen if test and QUIET_FILES not in name}
    return frozenset(test for test, file in files.items() if file in concerned)


def inherited(executions: Iterable[Execution], changed: Collection[str]) -> bool:
    """Whether a file that was open before the fork changed: then nobody can tell which test wrote it."""
    return any(not test and name in changed for execution in executions for test, _, name in execution.outside)


def alone_where_needed(orders: Iterable[Order], outside: Collection[str], *, everything: bool) -> list[Order]:
    """The orders, those with an outsider asking to run alone. An order without tests means all tests."""
    return [replace(order, exclusive=order.exclusive or everything or _meets(order, outside)) for order in orders]


def _meets(order: Order, outside: Collection[str]) -> bool:
    return bool(outside) and (not order.tests or any(test in outside for test in order.tests))


def told(executions: Iterable[Execution], root: str) -> Iterator[tuple[str, str]]:
    """(topic, sentence) for the report."""
    seen: dict[str, dict[str, None]] = {"file": {}, "server": {}, "port": {}}
    for execution in executions:
        for test, what, name in execution.outside:
            if test and what in seen and QUIET_FILES not in name:
                seen[what][_shown(name, root)] = None
    if seen["file"]:
        names = some(sorted(_innermost(seen["file"])))
        yield "files", f"tests write files: they run while nothing else does, and the files are put back: {names}"
    if seen["server"]:
        names = some(sorted(seen["server"]))
        yield "servers", f"tests talk to servers, whose state leakcheck cannot reset: {names}"
    if seen["port"]:
        names = some(sorted(seen["port"]))
        yield "ports", f"tests take fixed ports, so they run while nothing else does: {names}"


def _shown(name: str, root: str) -> str:
    """A path as reports show it: relative to the rootdir, or to the home."""
    if name.startswith(f"{root}/"):
        return name.removeprefix(f"{root}/")
    home = os.path.join(os.path.realpath(os.path.expanduser("~")), "")
    return f"~/{name.removeprefix(home)}" if len(home) > 1 and name.startswith(home) else name


def _innermost(names: Collection[str]) -> list[str]:
    """Without the folders of others among them."""
    folders = {parent for name in names for parent in map(str, PurePath(name).parents)}
    return [name for name in names if name not in folders]
