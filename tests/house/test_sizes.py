"""Sizes to live by: what has grown beyond them wants to be two things."""

from __future__ import annotations

import ast
import statistics
from pathlib import Path

import leakcheck

MODULES = sorted(Path(leakcheck.__file__).parent.rglob("*.py"))
LONGEST_MODULE, USUAL_MODULE, USUAL_FUNCTION = 350, 90, 6


def lines(module: Path) -> int:
    return len(module.read_text("utf-8").splitlines())


def test_no_module_is_long() -> None:
    assert {module.name: lines(module) for module in MODULES if lines(module) > LONGEST_MODULE} == {}


def test_modules_and_functions_are_small() -> None:
    assert statistics.median(map(lines, MODULES)) <= USUAL_MODULE
    functions = [
        node.end_lineno - node.lineno + 1
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None
    ]
    assert statistics.median(functions) <= USUAL_FUNCTION


def test_nothing_is_global() -> None:
    nodes = ((module.name, node) for module in MODULES for node in ast.walk(ast.parse(module.read_text("utf-8"))))
    assert [name for name, node in nodes if isinstance(node, ast.Global)] == []
