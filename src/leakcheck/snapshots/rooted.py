"""The walk through what others than modules hold: the values of fixtures, say."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Container, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, NamedTuple

from leakcheck.snapshots.carried import Carried
from leakcheck.snapshots.containers import PASSED_THROUGH, Content, Holder, _children, _holders, content
from leakcheck.snapshots.identity import identity
from leakcheck.snapshots.reachable import MAX_DEPTH, MAX_HOLDERS, _is_foreign, is_closed

Held = Callable[[Holder, Content], None]


@dataclass(frozen=True, slots=True)
class Root:
    """Something that holds state without being a module: of which kind that is, whose, under which name, and the
    object; or what an object carries that others have put there."""

    kind: str
    owner: str
    value: Any
    key: str = ""

    @property
    def path(self) -> str:
        return f"{self.owner}:{self.key}"


class _Step(NamedTuple):
    kind: str
    path: str
    value: Any
    depth: int = 0
    foreign: int = 0


def can_hold(value: Any) -> bool:
    """Whether a walk enters `value`: it is neither plain nor the test runner's."""
    return type(value) is Carried or not is_closed(value, own=True)


def walk_from(
    roots: Iterable[Root],
    held: Held,
    known: Collection[int] = (),
    toward: Container[str] | None = None,
    most: int = MAX_HOLDERS,
) -> None:
    """Tell every holder that can be reached from `roots`, each object once. What has one of the `known` identities
    has a name already. With `toward` only what lies at these paths is told and entered, and never more than `most`
    objects."""
    seen: dict[int, Any] = {}
    waiting = deque(_Step(root.kind, root.path, root.value) for root in roots if can_hold(root.value))
    while waiting and len(seen) < most:
        step = waiting.popleft()
        if identity(step.value) not in seen and identity(step.value) not in known:
            seen[identity(step.value)] = step.value
            waiting.extend(_told(step, held, toward))


def _told(step: _Step, held: Held, toward: Container[str] | None) -> Iterator[_Step]:
    foreign = step.foreign + (step.foreign > 0 or _is_foreign(step.value))
    for holder in _holders_at(step, foreign > 0):
        inside = content(holder)
        if holder.kind not in PASSED_THROUGH:
            held(replace(holder, root=step.kind), inside)
        closed = partial(is_closed, own=not foreign)
        for path, item in _children(holder, inside, closed) if step.depth < MAX_DEPTH else ():
            if toward is None or path in toward:
                yield _Step(step.kind, path, item, step.depth + 1, foreign)


def _holders_at(step: _Step, foreign: bool) -> Iterator[Holder]:
    if type(step.value) is Carried:
        yield Holder(step.path, step.value, "carried")
    else:
        yield from _holders(step.path, step.value, foreign)
