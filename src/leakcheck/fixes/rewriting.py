"""A source with edits made in it. What no edit is about stays as it is, to the last blank."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

import libcst as cst

from leakcheck.fixes.edits import (
    AskFor,
    Before,
    Conflict,
    Decorate,
    Define,
    Edit,
    Enclose,
    Finish,
    Import,
    PerTest,
    Swap,
)
from leakcheck.fixes.fixtures import finished
from leakcheck.fixes.importing import with_import
from leakcheck.fixes.signatures import asking_for
from leakcheck.fixes.source import Source, code

E = TypeVar("E")


def rewritten(source: Source, edits: Iterable[Edit], own: Collection[str] = ()) -> str:
    """The text of `source` with these edits. `own` are the names of the project's own packages, which stand apart
    in a list of imports. `Conflict` if they cannot be made together."""
    wanted = _once(edits, source)
    names = [each.name for each in wanted if isinstance(each, Define)]
    if len(set(names)) < len(names):
        raise Conflict(f"two fixes define the same name in {source.file}")
    maker = _Maker(source, wanted)
    module = source.module.visit(maker)
    if maker.missed:
        raise Conflict(f"{source.file} has no place for {maker.missed[0]}")
    for made in [each for each in wanted if isinstance(each, Define)]:
        module = _with_function(module, made)
    for needed in [each for each in wanted if isinstance(each, Import)]:
        module = with_import(module, needed, own)
    text = (module if source.text else module.with_changes(has_trailing_newline=True)).code
    cst.parse_module(text)
    return text


def _once(edits: Iterable[Edit], source: Source) -> list[Edit]:
    """The edits; of functions that are the same, where the first of those stands that they are for."""
    places = {name.partition(".")[0]: number for number, name in reversed([*enumerate(source.functions)])}
    found: dict[str, Define] = {}
    others: list[Edit] = []
    for each in edits:
        if not isinstance(each, Define):
            others.append(each)
        elif each.text not in found or places.get(each.before, 0) < places.get(found[each.text].before, 0):
            found[each.text] = each
    return [*found.values(), *others]


class _Maker(cst.CSTTransformer):
    """Makes the edits of functions and statements, which it finds by their place in the source as it was."""

    def __init__(self, source: Source, edits: Sequence[Edit]) -> None:
        super().__init__()
        self._source, self._edits = source, edits
        self._names = {each.node: name for name, each in source.functions.items()}
        self._left = {each for each in edits if not isinstance(each, Define | Import)}

    @property
    def missed(self) -> list[Edit]:
        """Edits for which no place was found."""
        return [each for each in self._edits if each in self._left]

    def leave_SimpleStatementLine(  # noqa: N802 - LibCST's name
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.BaseStatement | cst.FlattenSentinel[cst.BaseStatement] | cst.RemovalSentinel:
        line = self._source.line_of(original_node)
        before = [text for each in self._take(Before, line) for text in each.lines]
        swaps = list(self._take(Swap, line))
        if len({each.lines for each in swaps}) > 1:
            raise Conflict(f"two fixes change {self._source.file}:{line}")
        if not before and not swaps:
            return updated_node
        behind = [_statement(text) for text in swaps[0].lines] if swaps else [updated_node]
        found = [*(_statement(text) for text in before), *behind]
        if not found:
            return cst.RemoveFromParent()
        found[0] = found[0].with_changes(leading_lines=updated_node.leading_lines)
        if not swaps and before:
            found[-1] = updated_node.with_changes(leading_lines=[])
        elif isinstance(found[-1], cst.SimpleStatementLine):
            found[-1] = found[-1].with_changes(trailing_whitespace=updated_node.trailing_whitespace)
        return cst.FlattenSentinel(found)

    def leave_IndentedBlock(  # noqa: N802 - LibCST's name
        self, original_node: cst.IndentedBlock, updated_node: cst.IndentedBlock
    ) -> cst.IndentedBlock:
        wanted = [
            (place, each)
            for place, statement in enumerate(original_node.body)
            for each in self._take(Enclose, self._source.line_of(statement))
        ]
        if wanted and len(updated_node.body) != len(original_node.body):
            raise Conflict(f"two fixes change a block of {self._source.file}")
        body = list(updated_node.body)
        for place, each in reversed(wanted):
            body = [*body[:place], _block(each.head, body[place], body[place + 1 :])]
        if not body:
            body = [_statement("pass")]
        return updated_node.with_changes(body=body)

    def leave_FunctionDef(  # noqa: N802 - LibCST's name
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        name = self._names.get(original_node)
        if name is None:
            return updated_node
        for asked in self._take(AskFor, name):
            updated_node = asking_for(updated_node, asked.name, asked.annotation)
        for mark in self._take(Decorate, name):
            updated_node = _decorated(updated_node, mark.text)
        if self._take(PerTest, name):
            updated_node = updated_node.with_changes(
                decorators=[_per_test(each) for each in updated_node.decorators]
            )
        lines = [_statement(text) for each in self._take(Finish, name) for text in each.lines]
        return finished(updated_node, lines) if lines else updated_node

    def _take(self, kind: type[E], where: int | str) -> list[E]:
        """The edits of this kind that are about this place."""
        found: list[E] = []
        for each in self._edits:
            if isinstance(each, kind) and where == getattr(each, "line", getattr(each, "function", None)):
                self._left.discard(each)
                found.append(each)
        return found


def _statement(text: str) -> cst.SimpleStatementLine | cst.BaseCompoundStatement:
    return cst.parse_statement(text)


def _block(head: str, first: cst.BaseStatement, inside: Sequence[cst.BaseStatement]) -> cst.BaseStatement:
    """A statement whose block holds all that has followed it."""
    found = _statement(f"{head}\n    pass\n")
    body = list(inside) or [_statement("pass")]
    told = list(getattr(body[0], "leading_lines", ()))
    while told and told[0].comment is None:  # nobody leaves a blank line behind the head of a block
        told.pop(0)
    body[0] = body[0].with_changes(leading_lines=told)
    assert isinstance(found, cst.With | cst.Try)
    leading = getattr(first, "leading_lines", ())
    return found.with_changes(body=cst.IndentedBlock(body), leading_lines=leading)


def _decorated(node: cst.FunctionDef, text: str) -> cst.FunctionDef:
    if any(code(each.decorator) == text for each in node.decorators):
        return node
    return node.with_changes(decorators=[*node.decorators, cst.Decorator(cst.parse_expression(text))])


def _per_test(mark: cst.Decorator) -> cst.Decorator:
    """The decorator without a scope: then it is that of a test."""
    call = mark.decorator
    if not isinstance(call, cst.Call):
        return mark
    args = [each for each in call.args if each.keyword is None or each.keyword.value != "scope"]
    if args and len(args) < len(call.args):
        args[-1] = args[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)
    return mark.with_changes(decorator=call.with_changes(args=args) if args else call.func)


def _with_function(module: cst.Module, wanted: Define) -> cst.Module:
    """The function in front of another, or in front of the first thing that is defined."""
    new = cst.parse_module(wanted.text).body
    body = list(module.body)
    place = next((number for number, each in enumerate(body) if _is_named(each, wanted.before)), None)
    if wanted.before and place is None:
        raise Conflict(f"there is no {wanted.before} any more")
    if place is None:
        place = _behind_imports(body)
    blank = [cst.EmptyLine(indent=False), cst.EmptyLine(indent=False)]
    first = new[0]
    assert isinstance(first, cst.FunctionDef)
    if place < len(body) and place:
        follower = body[place]
        leading = list(getattr(follower, "leading_lines", ()))
        there = next((number for number, each in enumerate(leading) if each.comment is not None), len(leading))
        body[place] = follower.with_changes(leading_lines=[*blank[there:], *leading])
    elif place < len(body):
        body[place] = body[place].with_changes(leading_lines=[*blank, *getattr(body[place], "leading_lines", ())])
    added = first.with_changes(leading_lines=blank if place else [])
    return module.with_changes(body=[*body[:place], added, *body[place:]])


def _is_named(statement: cst.CSTNode, name: str) -> bool:
    known = isinstance(statement, cst.FunctionDef | cst.ClassDef) and statement.name.value
    return bool(name) and known == name


def _behind_imports(body: Sequence[cst.CSTNode]) -> int:
    """Where the first function or class stands; the end if there is none."""
    places = (number for number, each in enumerate(body) if isinstance(each, cst.FunctionDef | cst.ClassDef))
    return next(places, len(body))
