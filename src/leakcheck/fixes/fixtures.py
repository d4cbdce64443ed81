"""A fixture that undoes what it has done: it yields in place of returning, and has something behind that."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from leakcheck.fixes.edits import Conflict
from leakcheck.fixes.source import code

ITERATORS = {False: "Iterator", True: "AsyncIterator"}
_Line = cst.SimpleStatementLine | cst.BaseCompoundStatement


class _Finder(cst.CSTVisitor):
    """Returns and yields of one function, those of functions in it left out."""

    def __init__(self) -> None:
        super().__init__()
        self.returns: list[cst.Return] = []
        self.yields: list[cst.Yield] = []

    def visit_Return(self, node: cst.Return) -> None:  # noqa: N802 - LibCST's name
        self.returns.append(node)

    def visit_Yield(self, node: cst.Yield) -> None:  # noqa: N802 - LibCST's name
        self.yields.append(node)

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802 - LibCST's name
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:  # noqa: N802 - LibCST's name
        return False


def looked_through(node: cst.FunctionDef) -> _Finder:
    finder = _Finder()
    node.body.visit(finder)
    return finder


def yields(node: cst.FunctionDef) -> bool:
    """Whether it does already."""
    return bool(looked_through(node).yields)


def why_not(node: cst.FunctionDef) -> str:
    """Why something cannot be put behind what the fixture hands out; "" if it can."""
    found = looked_through(node)
    if not isinstance(node.body, cst.IndentedBlock):
        return "it is written on one line"
    last = node.body.body[-1]
    at_end = isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Return)
    if len(found.returns) > int(at_end) or (found.returns and found.yields):
        return "it returns in several places"
    return "it yields in several places" if len(found.yields) > 1 else ""


def finished(node: cst.FunctionDef, lines: Sequence[_Line]) -> cst.FunctionDef:
    """The fixture with `lines` behind its yield."""
    reason = why_not(node)
    if reason:
        raise Conflict(f"{node.name.value}: {reason}")
    assert isinstance(node.body, cst.IndentedBlock)
    body = list(node.body.body)
    if yields(node):
        return node.with_changes(body=node.body.with_changes(body=[*body, *lines]))
    last = body[-1]
    small = last.body[-1] if isinstance(last, cst.SimpleStatementLine) else None
    if isinstance(small, cst.Return):
        assert isinstance(last, cst.SimpleStatementLine)
        space = small.whitespace_after_return if small.value is not None else cst.SimpleWhitespace("")
        value = cst.Expr(cst.Yield(small.value, whitespace_after_yield=space))
        body[-1] = last.with_changes(body=[*last.body[:-1], value])
    else:
        body.append(cst.parse_statement("yield"))
    made = node.with_changes(body=node.body.with_changes(body=[*body, *lines]))
    return made if node.returns is None else made.with_changes(returns=_iterator(node))


def _iterator(node: cst.FunctionDef) -> cst.Annotation:
    assert node.returns is not None
    name = ITERATORS[node.asynchronous is not None]
    return node.returns.with_changes(annotation=cst.parse_expression(f"{name}[{code(node.returns.annotation)}]"))
