"""The walk through what others than modules hold: the values of fixtures, say."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Container, Iterator
from dataclasses import dataclass, replace
from typing import Any

from leakcheck.snapshots.containers import Content, Holder, _children, _holders, content
from leakcheck.snapshots.reachable import MAX_DEPTH, _is_closed, _is_foreign

_Step = tuple[str, Any, int, int]


@dataclass(frozen=True, slots=True)
class Root:
    """Something that holds state without being a module: of which kind that is, whose, and the object."""

    kind: str
    owner: str
    value: Any

    @property
    def path(self) -> str:
        return f"{self.owner}:"


def walk_from(
    root: Root,
    held: Callable[[Holder, Content], None],
    known: Collection[int] = (),
    toward: Container[str] | None = None,
) -> None:
    """Tell every holder that can be reached from `root`, each object once. What has one of the `known` identities has
    a name already. With `toward` only what lies at these paths is told and entered."""
    seen: dict[int, Any] = {}
    waiting: deque[_Step] = deque()
    if not _is_closed(root.value, own=True):
        waiting.append((root.path, root.value, 0, 0))
    while waiting:
        step = waiting.popleft()
        if id(step[1]) not in seen and id(step[1]) not in known:
            seen[id(step[1])] = step[1]
            waiting.extend(_told(step, root, held, toward))


def _told(
    step: _Step, root: Root, held: Callable[[Holder, Content], None], toward: Container[str] | None
) -> Iterator[_Step]:
    path, value, depth, foreign = step
    foreign += foreign > 0 or _is_foreign(value)
    for holder in _holders(path, value, foreign > 0):
        inside = content(holder)
        if holder.kind not in ("tuple", "parts"):
            held(replace(holder, root=root.kind), inside)
        for name, item in _children(holder, inside) if depth < MAX_DEPTH else ():
            if (toward is None or name in toward) and not _is_closed(item, own=not foreign):
                yield name, item, depth + 1, foreign
