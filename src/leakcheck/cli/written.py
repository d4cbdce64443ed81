"""The tests that stand in a file, by what is written there: nothing is imported to find out."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from leakcheck.cli.tests import nearest


def tests_like(wanted: str) -> list[str]:
    """The ids of tests and classes in the file of the id `wanted` that are nearest to it; none if it has none."""
    file = wanted.partition("::")[0]
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return nearest(wanted, list(_ids(file, tree.body)))


def _ids(prefix: str, body: Iterable[ast.stmt]) -> Iterator[str]:
    for each in body:
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef) and each.name.startswith("test"):
            yield f"{prefix}::{each.name}"
        elif isinstance(each, ast.ClassDef):
            inside = list(_ids(f"{prefix}::{each.name}", each.body))
            yield from [f"{prefix}::{each.name}", *inside] if inside else ()
