"""What a photograph is made of, and how two of them are compared."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from leakcheck.records import NO_VALUE
from leakcheck.snapshots.identity import identity


class Ident:
    """The identity of one object, without keeping it alive where that can be avoided."""

    __slots__ = ("_id", "_ref")

    def __init__(self, value: object) -> None:
        self._id = identity(value)
        try:
            self._ref: Callable[[], object | None] | None = weakref.ref(value)
        except TypeError:
            self._ref = None

    def same(self, other: Ident) -> bool:
        if self._id != other._id:
            return False
        if self._ref is None or other._ref is None:
            return self._ref is other._ref
        first, second = self._ref(), other._ref()
        return first is second and first is not None


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One place in a photograph: a short safe text, and either its identity, its hash or its parts."""

    text: str
    code: int = 0
    ident: Ident | None = None
    parts: tuple[tuple[str, Node], ...] | None = None
    internal: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """A value as it was: the root of its nodes and how many nodes were looked at."""

    root: Node
    size: int

    @property
    def text(self) -> str:
        return self.root.text

    def digest(self) -> str:
        """A name of the value that is equal in every process with the same hash seed."""
        state = hashlib.blake2b(digest_size=8)
        for piece in _pieces(self.root):
            state.update(piece.encode("utf-8", "backslashreplace"))
        return state.hexdigest()


ABSENT = Snapshot(Node(NO_VALUE), 0)


def _pieces(node: Node) -> Iterator[str]:
    yield f"{node.text}\0{node.code}\1"
    for edge, child in node.parts or ():
        yield f"{edge}\2"
        yield from _pieces(child)


def same(before: Snapshot, after: Snapshot) -> bool:
    """Whether nothing differs."""
    return _same(before.root, after.root)


def _same(a: Node, b: Node) -> bool:
    if a is b:
        return True
    if a.parts is None or b.parts is None:
        return a.parts is b.parts and _same_leaf(a, b)
    if a.text != b.text or len(a.parts) != len(b.parts):
        return False
    return all(x[0] == y[0] and _same(x[1], y[1]) for x, y in zip(a.parts, b.parts, strict=True))


def _same_leaf(a: Node, b: Node) -> bool:
    if a.text != b.text or a.code != b.code:
        return False
    return a.ident is None or b.ident is None or a.ident.same(b.ident)


def differences(before: Snapshot, after: Snapshot, limit: int = 20) -> list[tuple[str, str, str, bool]]:
    """What differs: (path, before, after, inside a third party's object), at most `limit` rows."""
    return list(islice(_differences(before.root, after.root, ""), limit))


def _differences(a: Node, b: Node, path: str) -> Iterator[tuple[str, str, str, bool]]:
    if _same(a, b):
        return
    if a.parts is None or b.parts is None or _family(a.text) != _family(b.text):
        yield path, a.text, b.text, a.internal and b.internal
        return
    old, new = dict(a.parts), dict(b.parts)
    found = False
    for edge in chain(old, (edge for edge in new if edge not in old)):
        for row in _differences(old.get(edge, ABSENT.root), new.get(edge, ABSENT.root), path + edge):
            found = True
            yield row if NO_VALUE not in row[1:3] else (*row[:3], a.internal)
    if not found:
        yield path, a.text, b.text, a.internal


def _family(text: str) -> str:
    return text.partition(" of ")[0]
