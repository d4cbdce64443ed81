"""What earlier sessions of an audit executed to the end: handed out again, each execution once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from leakcheck.records import Execution, Order, in_sequence, name_of, number_of, numbered
from leakcheck.store.fold import EXECUTIONS, LOST, fold_execution, read_content
from leakcheck.store.folder import AuditFolder
from leakcheck.store.journal import Journal
from leakcheck.store.kept import kept_by
from leakcheck.wire import events


@dataclass
class Replay:
    """Complete executions by their id, and the order that was asked for with each; `names` are all
    that executions have.

    An audit asks for the same orders under the same numbers whenever it sees the same: so an execution is first
    looked for by its number. Where chance or time has led another way, any execution of the same order serves.
    """

    kept: dict[str, Execution] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._highest = max((number_of(each) for each in self.names), default=0)
        self._alike: dict[tuple[str, Order], deque[str]] = {}
        for each in sorted(self.kept, key=in_sequence):
            self._alike.setdefault((name_of(each), self.orders[each]), deque()).append(each)

    @classmethod
    def of(cls, executions: Iterable[tuple[Order, Execution]]) -> Replay:
        """From what was asked and what came of it."""
        known = tuple(executions)
        return cls(
            {execution.id: execution for _, execution in known},
            {execution.id: _asked(order) for order, execution in known},
            {execution.id for _, execution in known},
        )

    def take(self, tag: str, order: Order) -> Execution | None:
        """The execution of `order` that was numbered `tag`, or else the first of the same order; None if all that
        there were are handed out."""
        if not self.kept:
            return None
        wanted = _asked(order)
        if tag in self.kept and self.orders[tag] == wanted:
            return self.kept.pop(tag)
        alike = self._alike.get((name_of(tag), wanted), deque())
        while alike and alike[0] not in self.kept:
            alike.popleft()
        return self.kept.pop(alike.popleft()) if alike else None

    def free(self, tag: str) -> str:
        """`tag`, or another name if an execution has this one."""
        name = tag if tag not in self.names else numbered(name_of(tag), self._highest + 1)
        self._highest = max(self._highest, number_of(name))
        self.names.add(name)
        return name


def _asked(order: Order) -> Order:
    """What else runs meanwhile is no part of the question."""
    return replace(order, exclusive=False)


@dataclass(frozen=True)
class Leftover:
    """What an ended session has left: complete executions, names of files that they changed, and the events about
    state outside the process of executions that nobody has ended."""

    replay: Replay
    changed: frozenset[str] = frozenset()
    touched: tuple[events.Outside, ...] = ()


def left_in(folder: AuditFolder) -> Leftover:
    """Read all executions of `folder`. Segments that are not complete are put aside: they tell nothing any more."""
    journal = Journal.of(folder.content("audit"))
    known: list[tuple[Order, Execution]] = []
    changed: set[str] = set()
    for tag in folder.tags():
        if not tag.startswith(EXECUTIONS):
            continue
        content = read_content(folder, tag)
        order = next((each.order for each in content.events if isinstance(each, events.Header)), None)
        ended = next((each for each in content.events if isinstance(each, events.Exit)), None)
        if order is not None and ended is not None and ended.status != LOST and journal.is_complete(tag, content):
            known.append((order, fold_execution(tag, content.events)))
            changed.update(ended.changed)
        else:
            folder.put_aside(tag)
    for tag in journal.missing(folder.tags()):
        folder.append("audit", events.Disowned((tag,), "gone"))
    return Leftover(Replay.of(known), frozenset(changed), kept_by(folder))
