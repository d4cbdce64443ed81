"""Tests that leave the process: what they touch outside cannot be forked, so they run while nothing else does."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from leakcheck.records import (
    BAD_OUTCOMES,
    GOOD_OUTCOMES,
    OWN_FILE,
    OWN_PORT,
    QUIET_FILES,
    Execution,
    Met,
    Order,
    TestItem,
)
from leakcheck.records.topics import Topic
from leakcheck.text import some

UNKNOWN = "?"
"""In place of a fixture: it may have been done for several tests, and nobody knows for which."""


@dataclass(slots=True)
class Outside:
    """What the executions added so far did outside of their processes: `count` of them, and control executions."""

    writers: set[str] = field(default_factory=set)
    """Tests that were seen to write a file, to talk to a server or to take a fixed port."""
    sharers: dict[str, set[str]] = field(default_factory=dict)
    """Fixtures that did so and that several tests share, with those in whose runs it was seen."""
    vague: set[str] = field(default_factory=set)
    """Tests whose neighbours may do the same unseen: where a connection stays open nobody opens it again, and what
    pytest or a plugin does between fixtures it may do once for several tests."""
    chosen: dict[str, list[tuple[Execution, Met]]] = field(default_factory=dict)
    """Ports that were perhaps taken because they were free, and who took them, in one execution only."""
    nobodys: set[str] = field(default_factory=set)
    """Files that were open before the first test of an execution."""
    apart: set[str] = field(default_factory=set)
    """Tests that write files, or take ports, of which their execution has a view of its own."""
    servers: bool = False
    """Whether some test was seen to talk to a server, or may have done so unseen."""
    sound: set[str] = field(default_factory=set)
    """Tests that pass in the declared order."""
    count: int = 0
    ports: bool = True
    """Whether executions still meet at ports: each may have a network of its own by now."""

    @classmethod
    def of(cls, executions: Iterable[Execution], *, ports: bool = True) -> Outside:
        """From all of them at once."""
        found = cls(ports=ports)
        for execution in executions:
            found.add(execution)
        return found

    def add(self, execution: Execution) -> None:
        """Learn from one more."""
        self.count += 1
        if execution.order.kind == "declared":
            self.sound.update(run.test for run in execution.runs if run.outcome in GOOD_OUTCOMES)
        for each in execution.outside:
            if each.what in (OWN_FILE, OWN_PORT) or (each.what == "port" and not self.ports):
                self.apart.update({each.test} - {""})
                continue
            self.servers = self.servers or each.what in ("server", "driver")
            if not each.test:
                self.nobodys.add(each.name)
            elif each.what != "driver" and QUIET_FILES not in each.name and not self._is_chosen(execution, each):
                self._add_writer(execution, each)

    def _is_chosen(self, execution: Execution, met: Met) -> bool:
        """Whether it is a port that no other execution has taken. Who took the same is known from the second on."""
        if not met.may_be_chosen:
            return False
        taken = self.chosen.setdefault(met.name, [])
        taken.append((execution, met))
        if len({each.id for each, _ in taken}) == 1:
            return True
        for each in taken:
            self._add_writer(*each)
        return False

    def _add_writer(self, execution: Execution, met: Met) -> None:
        if execution.order.is_plain:  # without the recorder, nobody knows of fixtures
            return
        alone = set(execution.order.tests) == {met.test}
        if alone or met.fixture in ("", UNKNOWN):  # else it may only be where the fixture of others was torn down
            self.writers.add(met.test)
        if met.what == "server" or met.fixture == UNKNOWN:
            self.vague.add(met.test)
        elif met.fixture:
            self.sharers.setdefault(met.fixture, set()).add(met.test)

    def outsiders(self, tests: Iterable[TestItem]) -> frozenset[str]:
        """Those of `tests` that leave the process, or will when they are the first to need what does."""
        if not self.writers and not self.sharers:
            return frozenset()
        items, sharers = tuple(tests), self.sharers.keys()
        asked_for = {name for item in items for name in item.shared}
        # Of a fixture that is asked for while a test runs, nobody knows who else will.
        vague = self.vague.union(*(self.sharers[name] for name in sharers - asked_for))
        files = {item.file for item in items if item.id in vague}
        return frozenset(
            item.id
            for item in items
            if item.id in self.writers or item.file in files or not sharers.isdisjoint(item.shared)
        )


def outsiders(executions: Iterable[Execution], tests: Iterable[TestItem]) -> frozenset[str]:
    """Those of `tests` that leave the process, or will when they are the first to need what does."""
    return Outside.of(executions).outsiders(tests)


def alone_where_needed(orders: Iterable[Order], outside: Collection[str], *, everything: bool) -> list[Order]:
    """The orders, those with an outsider asking to run alone. An order without tests means all tests."""
    return [replace(order, exclusive=order.exclusive or everything or _meets(order, outside)) for order in orders]


def _meets(order: Order, outside: Collection[str]) -> bool:
    return bool(outside) and (not order.tests or any(test in outside for test in order.tests))


def outside_notes(executions: Iterable[Execution], root: str) -> Iterator[tuple[Topic, str]]:
    """(topic, sentence) for the report."""
    seen: dict[str, dict[str, None]] = {OWN_FILE: {}, OWN_PORT: {}, "file": {}, "server": {}, "port": {}}
    known = tuple(executions)
    takers = Counter(name for each in known for name in {met.name for met in each.outside if met.what == "port"})
    for execution in known:
        for met in execution.outside:
            is_chosen = met.may_be_chosen and takers[met.name] < 2
            if met.test and met.what in seen and QUIET_FILES not in met.name and not is_chosen:
                seen[met.what][shown(met.name, root)] = None
    if seen[OWN_FILE]:
        names = some(sorted(_innermost(seen[OWN_FILE])))
        yield Topic.FILES, f"tests write files, each execution in its own view of the project: {names}"
    if seen["file"]:
        names = some(sorted(_innermost(seen["file"])))
        alone = "tests write files: they run while nothing else does, and the files are put back"
        yield Topic.FILES, f"{alone}: {names}"
    if seen["server"]:
        names = some(sorted(seen["server"]))
        yield Topic.SERVERS, f"tests talk to servers, whose state leakcheck cannot reset: {names}"
    if seen[OWN_PORT]:
        names = some(sorted({*seen["port"], *seen[OWN_PORT]}))
        yield Topic.PORTS, f"tests take fixed ports, each execution in its own network once that was seen: {names}"
    elif seen["port"]:
        names = some(sorted(seen["port"]))
        yield Topic.PORTS, f"tests take fixed ports, so they run while nothing else does: {names}"


def shown(name: str, root: str) -> str:
    """A path as reports show it: relative to the rootdir, or to the home."""
    if name.startswith(f"{root}/"):
        return name.removeprefix(f"{root}/")
    home = os.path.join(os.path.realpath(os.path.expanduser("~")), "")
    return f"~/{name.removeprefix(home)}" if len(home) > 1 and name.startswith(home) else name


def _innermost(names: Collection[str]) -> list[str]:
    """Without the folders of others among them."""
    folders = {parent for name in names for parent in map(str, PurePath(name).parents)}
    return [name for name in names if name not in folders]


WHY = "went wrong beside another execution, which may have touched the same files, ports or servers"


def collided(batch: Sequence[Execution], known: Sequence[Execution]) -> list[Execution]:
    """Those of a batch that went wrong, and may have been met: by one that touched the same file or port; or, where
    some test talks to a server, by anybody. `known` are all executions until now.

    Who runs alone cannot be met. A fixture of the session touches things in the run of whoever needs it first, so
    that not everybody who does so is known beforehand; a connection that was closed at once is not seen, nor what
    other programs do. So a test that passes in the declared order is not believed at once to fail alone, and where
    there are servers, nowhere.
    """
    return disturbed(batch, Outside.of(known))


def disturbed(batch: Sequence[Execution], known: Outside) -> list[Execution]:
    """The same, of what is known of all executions until now."""
    beside = [execution for execution in batch if not execution.order.exclusive]
    users = Counter(each for execution in beside for each in _touched(execution))
    return [
        execution
        for execution in beside
        if (any(users[each] > 1 for each in _touched(execution)) and _failed(execution))
        or ((known.servers or _is_first_alone(execution)) and _failed(execution) & known.sound)
    ]


def undisturbed(executions: Sequence[Execution]) -> list[Execution]:
    """Those of an audit that was not finished that nothing can have disturbed: its last batch was not judged, or
    nobody knows any more how."""
    met = {execution.id for execution in collided(executions, executions)}
    return [execution for execution in executions if execution.id not in met]


def talk_to_servers(executions: Iterable[Execution]) -> bool:
    """Whether some test was seen to do so, or may have done so unseen."""
    return Outside.of(executions).servers


def _is_first_alone(execution: Execution) -> bool:
    """Not behind others of a row: who fails there runs alone in any case."""
    return execution.order.kind == "isolated" and not execution.order.repeat and len(execution.runs) < 2


def _failed(execution: Execution) -> set[str]:
    """Tests that failed, if only when they were run again."""
    return {run.test for run in execution.runs if BAD_OUTCOMES.intersection((run.outcome, run.again))}


def _touched(execution: Execution) -> set[tuple[str, str]]:
    return {(each.what, each.name) for each in execution.outside if each.what in ("file", "port")}
