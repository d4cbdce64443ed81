"""A file of the project as LibCST reads it: what stands at a line, which functions there are, what names mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

Block = cst.SimpleStatementLine | cst.BaseCompoundStatement


@dataclass(frozen=True)
class Function:
    """A function of a module or of a class in it; `name` is `TestStock.test_set`, `bases` those of its class."""

    name: str
    node: cst.FunctionDef
    bases: tuple[str, ...] = ()

    @property
    def parameters(self) -> Mapping[str, str]:
        """name -> annotation, "" where there is none."""
        given = self.node.params
        every = (*given.posonly_params, *given.params, *given.kwonly_params)
        return {each.name.value: code(each.annotation.annotation) if each.annotation else "" for each in every}

    @property
    def is_annotated(self) -> bool:
        return self.node.returns is not None or any(self.parameters.values())

    @property
    def is_async(self) -> bool:
        return self.node.asynchronous is not None

    @property
    def is_unittest(self) -> bool:
        """Whether its class is one of unittest, whose tests cannot ask for fixtures."""
        return any(base.rpartition(".")[2].endswith("TestCase") for base in self.bases)

    @property
    def decorators(self) -> tuple[str, ...]:
        return tuple(code(each.decorator) for each in self.node.decorators)

    @property
    def is_fixture(self) -> bool:
        return any(each.partition("(")[0].rpartition(".")[2] in ("fixture", "async_fixture", "yield_fixture")
                   for each in self.decorators)  # fmt: skip

    @property
    def statements(self) -> tuple[cst.BaseStatement, ...]:
        return tuple(self.node.body.body) if isinstance(self.node.body, cst.IndentedBlock) else ()

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that stands in it."""
        return frozenset(names_in(self.node)) | frozenset(self.parameters)


@dataclass(frozen=True)
class Statement:
    """One simple statement: where it begins, and the function that it is in, None at the level of the module."""

    node: cst.SimpleStatementLine
    line: int
    function: Function | None

    @property
    def small(self) -> cst.BaseSmallStatement | None:
        """The only one on its line; None if there are several."""
        return self.node.body[0] if len(self.node.body) == 1 else None


@dataclass(frozen=True)
class Source:
    """The text of a file, and what is in it. `cst.ParserSyntaxError` where LibCST cannot read it."""

    file: str
    text: str
    wrapper: MetadataWrapper = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "wrapper", MetadataWrapper(cst.parse_module(self.text)))

    @property
    def module(self) -> cst.Module:
        return self.wrapper.module

    @cached_property
    def positions(self) -> Mapping[cst.CSTNode, CodeRange]:
        return self.wrapper.resolve(PositionProvider)

    @cached_property
    def functions(self) -> Mapping[str, Function]:
        """Functions of the module and of its classes, by name."""
        return {each.name: each for each in _functions(self.module.body)}

    def function_at(self, line: int) -> Function | None:
        """The innermost of these in which the line is."""
        found = [each for each in self.functions.values() if self._covers(each.node, line)]
        return found[-1] if found else None

    def function_of(self, name: str, line: int) -> Function | None:
        """The function of this name, of the module or of a class, that the line is in."""
        found = self.function_at(line)
        return found if found is not None and found.name.rpartition(".")[2] == name else None

    def statement_at(self, line: int) -> Statement | None:
        """The simple statement that the line is a part of."""
        for each in self.simple:
            if self._covers(each, line):
                return Statement(each, self.positions[each].start.line, self.function_at(line))
        return None

    @cached_property
    def simple(self) -> Sequence[cst.SimpleStatementLine]:
        finder = _Simple()
        self.module.visit(finder)
        return finder.found

    @cached_property
    def imports(self) -> Mapping[str, tuple[str, str]]:
        """name in this module -> (module, name in that), name "" for a module itself."""
        return dict(_imported(self.module.body))

    @cached_property
    def top_names(self) -> frozenset[str]:
        """What the module itself binds, but for its imports."""
        bound = {each.name for each in self.functions.values() if "." not in each.name}
        for each in self.module.body:
            if isinstance(each, cst.ClassDef):
                bound.add(each.name.value)
            elif isinstance(each, cst.SimpleStatementLine):
                bound.update(_assigned(each))
        return frozenset(bound)

    def line_of(self, node: cst.CSTNode) -> int:
        return self.positions[node].start.line

    def _covers(self, node: cst.CSTNode, line: int) -> bool:
        where = self.positions[node]
        return where.start.line <= line <= where.end.line


class _Simple(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[cst.SimpleStatementLine] = []

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> None:  # noqa: N802 - LibCST's name
        self.found.append(node)


class _Named(cst.CSTVisitor):
    """Names, each as often as it stands there. What stands behind a dot is no name of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def visit_Name(self, node: cst.Name) -> None:  # noqa: N802 - LibCST's name
        self.found.append(node.value)

    def visit_Attribute(self, node: cst.Attribute) -> bool:  # noqa: N802 - LibCST's name
        node.value.visit(self)
        return False


class _Names(_Named):
    def visit_Arg(self, node: cst.Arg) -> bool:  # noqa: N802 - LibCST's name
        node.value.visit(self)
        return False


def names_in(node: cst.CSTNode) -> tuple[str, ...]:
    """The names that stand in `node`, each once, without attributes and keywords."""
    finder = _Names()
    node.visit(finder)
    return tuple(dict.fromkeys(finder.found))


class _Outside(_Named):
    """Those that stand in no body of a function."""

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:  # noqa: N802 - LibCST's name
        for each in (*node.decorators, node.params):
            each.visit(self)
        return False


def names_outside(module: cst.Module) -> list[str]:
    """Names that mean something to a module itself, and not only in its functions."""
    finder = _Outside()
    module.visit(finder)
    return finder.found


class _Bound(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:  # noqa: N802 - LibCST's name
        self.found.update(
            names_in(node.target) if not isinstance(node.target, cst.Attribute | cst.Subscript) else ()
        )

    def visit_AsName(self, node: cst.AsName) -> None:  # noqa: N802 - LibCST's name
        self.found.update(names_in(node.name))

    def visit_Param(self, node: cst.Param) -> None:  # noqa: N802 - LibCST's name
        self.found.add(node.name.value)


def bound_in(node: cst.FunctionDef) -> frozenset[str]:
    """Names that a function gives something to itself, by an assignment, a parameter, or `as`."""
    finder = _Bound()
    node.visit(finder)
    return frozenset(finder.found)


def code(node: cst.CSTNode) -> str:
    """The text of `node`."""
    return cst.Module(()).code_for_node(node)


def _functions(body: Sequence[cst.CSTNode], prefix: str = "", bases: tuple[str, ...] = ()) -> Iterator[Function]:
    for each in body:
        if isinstance(each, cst.FunctionDef):
            yield Function(f"{prefix}{each.name.value}", each, bases)
        elif isinstance(each, cst.ClassDef) and isinstance(each.body, cst.IndentedBlock):
            inherited = tuple(code(base.value) for base in each.bases)
            yield from _functions(each.body.body, f"{prefix}{each.name.value}.", inherited)


def _imported(body: Sequence[cst.CSTNode]) -> Iterator[tuple[str, tuple[str, str]]]:
    for line in body:
        for each in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            if isinstance(each, cst.ImportFrom) and not isinstance(each.names, cst.ImportStar):
                module = "." * len(each.relative) + (code(each.module) if each.module else "")
                for alias in each.names:
                    yield alias.evaluated_alias or alias.evaluated_name, (module, alias.evaluated_name)
            elif isinstance(each, cst.Import):
                for alias in each.names:
                    yield alias.evaluated_alias or alias.evaluated_name, (alias.evaluated_name, "")


def _assigned(line: cst.SimpleStatementLine) -> Iterator[str]:
    for each in line.body:
        targets = [target.target for target in each.targets] if isinstance(each, cst.Assign) else []
        if isinstance(each, cst.AnnAssign):
            targets = [each.target]
        yield from (target.value for target in targets if isinstance(target, cst.Name))
