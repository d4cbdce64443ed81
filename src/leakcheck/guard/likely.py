"""Lines that look as if they had written what was left: of what is only compared, no write is seen.

They are found in the source of the test and its fixtures, and of what these call by name. Nothing tells that such a
line has run, so it is told as what it is: a line that writes there. Where there are several, all are told.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import FunctionType

from leakcheck.guard.warm_up import is_file_of_tests
from leakcheck.records import Change, Location

MOST = 3
Spot = tuple[str, int, str]
"""File, line, function."""
_UNDOING = frozenset({"monkeypatch", "mocker", "caplog", "m", "mp"})
"""Whose writes are undone by themselves."""
_CHANGING = frozenset(
    {"update", "append", "add", "pop", "popitem", "setdefault", "clear", "extend", "insert", "remove", "discard"}
    | {"sort", "reverse", "appendleft", "__setitem__", "__delitem__"}
)
"""Methods that change what they are called on."""
_GIVEN = frozenset({"setattr", "delattr", "__setattr__", "start", "reload"})
"""Functions that change what they are given; `start` ends what is said of a patch."""
_CALLS: Mapping[str, frozenset[str]] = {
    "cwd": frozenset({"chdir", "fchdir"}),
    "locale": frozenset({"setlocale", "tzset"}),
    "threads": frozenset({"start", "create_task", "ensure_future", "TestClient", "__enter__", "Timer"}),
    "signal_handlers": frozenset({"signal"}),
    "logging": frozenset(
        {"setLevel", "addHandler", "removeHandler", "addFilter", "removeFilter", "disable", "basicConfig"}
        | {"dictConfig", "fileConfig"}
    ),
}
"""Functions that write state of a kind, whatever they are called on."""
_NAMES: Mapping[str, tuple[str, ...]] = {
    "argv": ("argv",),
    "sys_path": ("path",),
    "sys_modules": ("modules",),
    "logging": ("level", "propagate", "disabled", "handlers", "filters"),
}
"""Names that are assigned to, or changed in place, where state of a kind is."""
_WORD = re.compile(r'\["(?:[^"\\]|\\.)*"\]|\[\d+\]|([^\W\d]\w*)')
_TEXT = re.compile(r'\["((?:[^"\\]|\\.)*)"\]')


@dataclass(frozen=True)
class LikelyLines:
    """Lines that write there, by what they look like. `by_test`: they stand in files of tests and name all of the
    way to a value of a module, so that it was not made by being used."""

    texts: tuple[str, ...] = ()
    by_test: bool = False


def likely_lines(
    change: Change, functions: Iterable[FunctionType], shown: Callable[[str], str] = str
) -> LikelyLines:
    """Those that name most of the location; none where there are more than a few."""
    location = change.location
    names = _own_names(location)
    wanted = frozenset({*names, location.owner.rpartition(".")[2], *_texts(location)})
    scored: dict[Spot, int] = {}
    exact: set[Spot] = set()
    for spot, node in (each for function in functions for each in _in_function(location, function)):
        said = _mentioned(node)
        scored[spot] = max(scored.get(spot, 0), len(wanted & said))
        if said.issuperset(names):
            exact.add(spot)
    best = max(scored.values(), default=0)
    spots = [spot for spot, score in scored.items() if score == best]
    if not 0 < len(spots) <= MOST:
        return LikelyLines()
    by_test = exact.issuperset(spots) and all(is_file_of_tests(file) for file, _, _ in spots)
    by_test = by_test and location.kind == "module_globals"
    return LikelyLines(tuple(f"{shown(file)}:{line} in {name}" for file, line, name in spots), by_test)


def _texts(location: Location) -> frozenset[str]:
    """Texts in a line that make it the more likely one of two."""
    return frozenset({location.owner, location.key, *_TEXT.findall(location.key)})


def _in_function(location: Location, function: FunctionType) -> Iterator[tuple[Spot, ast.AST]]:
    code = function.__code__
    body = _definition(code.co_filename, code.co_firstlineno)
    writes = _writer(location, frozenset({*code.co_varnames, *code.co_cellvars}))
    for node in () if body is None else _walk(body):
        if writes(node):
            yield (code.co_filename, node.lineno, code.co_name), node


@lru_cache(maxsize=256)
def _parsed(file: str) -> ast.Module | None:
    try:
        return ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None


@lru_cache(maxsize=1024)
def _definition(file: str, first: int) -> ast.AST | None:
    """The function whose first line, that of its first decorator, this is."""
    tree = _parsed(file)
    for node in ast.walk(tree) if tree is not None else ():
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.lineno, *(each.lineno for each in node.decorator_list))
            if min(lines) == first:
                return node
    return None


def _walk(function: ast.AST) -> Iterator[ast.expr | ast.stmt]:
    """Its statements and calls, but for what `with` undoes."""
    waiting: list[ast.AST] = list(getattr(function, "body", ()))
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, (ast.expr, ast.stmt)):
            yield node
        waiting += node.body if isinstance(node, (ast.With, ast.AsyncWith)) else ast.iter_child_nodes(node)


def _writer(location: Location, own: Collection[str]) -> Callable[[ast.AST], bool]:
    """Whether a node writes there. What the function calls by one of its `own` names is another thing."""
    names = _NAMES.get(location.kind) or _own_names(location)
    calls = _CALLS.get(location.kind, frozenset())
    cached = location.kind == "caches"

    def writes(node: ast.AST) -> bool:
        if isinstance(node, ast.Call):
            chain = _chain(node.func, own)
            if not chain or not _UNDOING.isdisjoint(chain):
                return False
            if cached:
                return bool(names) and chain[-1] == names[-1]
            if chain[-1] in calls:
                return True
            said = _mentioned(node) if chain[-1] in _GIVEN else chain[:-1] if chain[-1] in _CHANGING else ()
            return bool(names) and names[-1] in said
        return bool(names) and not cached and any(names[-1] in _chain(each, own) for each in _targets(node))

    if location.kind == "logging":
        return lambda node: (
            writes(node) or any(not set(names).isdisjoint(_chain(each, own)[-1:]) for each in _targets(node))
        )
    return writes


def _own_names(location: Location) -> tuple[str, ...]:
    """Those of the way to a value, without the keys of dicts on it."""
    return tuple(each for each in _WORD.findall(location.key) if each)


def _targets(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, (ast.Assign, ast.Delete)):
        return node.targets
    return [node.target] if isinstance(node, (ast.AugAssign, ast.AnnAssign)) else []


def _chain(node: ast.AST, own: Collection[str]) -> tuple[str, ...]:
    """`shop.limits["a"].update` as its names, the last one last; of a call those of its function."""
    names: list[str] = []
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.Attribute):
            names.append(each.attr)
            waiting.append(each.value)
        elif isinstance(each, (ast.Subscript, ast.Starred)):
            waiting.append(each.value)
        elif isinstance(each, ast.Call):
            waiting.append(each.func)
        elif isinstance(each, (ast.Tuple, ast.List)):
            waiting += each.elts
        elif isinstance(each, ast.Name):
            names.append(each.id if each.id in _UNDOING or each.id not in own else "")
    return tuple(reversed(names))


def _mentioned(statement: ast.AST) -> set[str]:
    """All names in it, its texts, and their words: `patch.object(shop, "limit", 9).start()`."""
    found: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.update((node.value, *node.value.split(".")))
    return found
