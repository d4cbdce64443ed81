"""An import more in a module, where a sorted list of imports would have it."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Sequence

import libcst as cst

from leakcheck.fixes.edits import Import
from leakcheck.fixes.source import code

_Key = tuple[int, bool, str]
_TOP = re.compile(r"^(?:from|import) +([^\W\d]\w*)", re.MULTILINE)
_HEAD = re.compile(r"^(?:def|class|async|@)", re.MULTILINE)
"""Where the definitions of a file begin, above which its imports stand."""
_Line = cst.SimpleStatementLine | cst.BaseCompoundStatement


def with_import(module: cst.Module, wanted: Import, own: Collection[str]) -> cst.Module:
    """The module with this import. `own` are the names of the project's own packages."""
    body = list(module.body)
    for place, line in enumerate(body):
        grown = _grown(line, wanted)
        if grown is not None:
            body[place] = grown
            return module.with_changes(body=body)
    return module.with_changes(body=_placed(body, wanted, own))


def sorted_as_own(own: Collection[str], texts: Iterable[str]) -> frozenset[str]:
    """Those of the project's `own` packages that its files sort as such: a package that is tested may be sorted
    like any other, in one group with those, or in one above that of the tests' own."""
    others = {top for text in texts for top in _sorted_as_others(own, text)}
    return frozenset(own) - others


def _sorted_as_others(own: Collection[str], text: str) -> set[str]:
    groups = [{found[1] for found in _TOP.finditer(group)} for group in _HEAD.split(text)[0].split("\n\n")]
    told = [group for group in groups if group and not group <= sys.stdlib_module_names]
    above = {top for group in told[:-1] for top in group}
    mixed = {top for group in told if not group <= set(own) for top in group}
    return (above | mixed) & set(own)


def _grown(line: _Line, wanted: Import) -> cst.SimpleStatementLine | None:
    """The line, if it imports that already or can do so; None if it has nothing to do with it."""
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 else None
    if isinstance(small, cst.Import):
        known = any(_is_that(each, wanted) for each in small.names) and not wanted.module
        return line if known and isinstance(line, cst.SimpleStatementLine) else None
    if not isinstance(small, cst.ImportFrom) or isinstance(small.names, cst.ImportStar) or not wanted.module:
        return None
    if small.relative or small.module is None or code(small.module) != wanted.module:
        return None
    assert isinstance(line, cst.SimpleStatementLine)
    if any(_is_that(each, wanted) for each in small.names):
        return line
    return line.with_changes(body=[small.with_changes(names=_with_name(small.names, wanted))])


def _is_that(alias: cst.ImportAlias, wanted: Import) -> bool:
    return (alias.evaluated_name, alias.evaluated_alias or "") == (wanted.name, wanted.alias)


def _with_name(names: Sequence[cst.ImportAlias], wanted: Import) -> list[cst.ImportAlias]:
    """The names with one more, in its place if they are sorted. What is between two names stays between two."""
    keys = [_order(each.evaluated_name) for each in names]
    place = next((number for number, key in enumerate(keys) if key > _order(wanted.name)), len(names))
    if keys != sorted(keys):
        place = len(names)
    commas = [each.comma for each in names]
    usual = commas[0] if len(names) > 1 else cst.Comma(whitespace_after=cst.SimpleWhitespace(" "))
    found = [*names[:place], _alias(wanted), *names[place:]]
    between = [*commas[:-1], usual, commas[-1]]
    return [each.with_changes(comma=comma) for each, comma in zip(found, between, strict=True)]


def _order(name: str) -> tuple[int, str]:
    """Constants, classes, all else: as isort and ruff sort them."""
    return (0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2), name


def _alias(wanted: Import) -> cst.ImportAlias:
    return cst.ImportAlias(_dotted(wanted.name), _as(wanted.alias) if wanted.alias else None)


def _as(alias: str) -> cst.AsName:
    return cst.AsName(cst.Name(alias))


def _dotted(name: str) -> cst.Name | cst.Attribute:
    found = cst.parse_expression(name)
    assert isinstance(found, cst.Name | cst.Attribute)
    return found


def _placed(body: Sequence[_Line], wanted: Import, own: Collection[str]) -> list[_Line]:
    key = _key_of(wanted, own)
    imports = [(place, found) for place, line in enumerate(body) if (found := _key(line, own)) is not None]
    place = next((place for place, found in imports if found > key), imports[-1][0] + 1 if imports else None)
    if place is None:
        place = 1 if body and _is_text(body[0]) else 0
    before = _key(body[place - 1], own) if place else None
    behind = _key(body[place], own) if place < len(body) else None
    return _between(body, place, _statement(wanted), key, before, behind)


def _between(
    body: Sequence[_Line],
    place: int,
    new: cst.SimpleStatementLine,
    key: _Key,
    before: _Key | None,
    behind: _Key | None,
) -> list[_Line]:
    """Blank lines stay between the sections, and only there."""
    blank = cst.EmptyLine(indent=False)
    rest = list(body[place:])
    if before is not None and before[0] == key[0]:
        pass
    elif behind is not None and behind[0] == key[0]:
        rest[0], taken = _without_blank(rest[0])
        new = new.with_changes(leading_lines=taken)
    elif behind is not None:
        rest[0], taken = _without_blank(rest[0])
        new = new.with_changes(leading_lines=taken)
        rest[0] = _led(rest[0], [blank])
    elif place:
        new = new.with_changes(leading_lines=[blank])
    if not place and rest and behind is None:
        rest[0] = _led(rest[0], [blank, blank])
    return [*body[:place], new, *rest]


def _without_blank(line: _Line) -> tuple[_Line, list[cst.EmptyLine]]:
    """The line without the blank ones in front of it, and these."""
    leading = list(line.leading_lines) if isinstance(line, cst.SimpleStatementLine) else []
    blank = [each for each in leading if each.comment is None]
    kept = [each for each in leading if each.comment is not None]
    return (line.with_changes(leading_lines=kept) if leading else line), blank


def _led(line: _Line, blank: list[cst.EmptyLine]) -> _Line:
    return line.with_changes(leading_lines=[*blank, *getattr(line, "leading_lines", ())])


def _statement(wanted: Import) -> cst.SimpleStatementLine:
    small: cst.BaseSmallStatement = cst.Import([_alias(wanted)])
    if wanted.module:
        small = cst.ImportFrom(_dotted(wanted.module), [_alias(wanted)])
    return cst.SimpleStatementLine([small])


def _key_of(wanted: Import, own: Collection[str]) -> _Key:
    module = wanted.module or wanted.name
    return _section(module, own), bool(wanted.module), module.lower()


def _key(line: cst.CSTNode, own: Collection[str]) -> _Key | None:
    """By what imports are sorted; None for what is none."""
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and line.body else None
    if isinstance(small, cst.Import):
        name = small.names[0].evaluated_name
        return _section(name, own), False, name.lower()
    if isinstance(small, cst.ImportFrom):
        module = code(small.module) if small.module is not None else ""
        if small.relative:
            return 4, True, module.lower()
        return _section(module, own), True, module.lower()
    return None


def _section(module: str, own: Collection[str]) -> int:
    """From the future, the standard library, others, the project's own."""
    top = module.partition(".")[0]
    if top == "__future__":
        return 0
    return 1 if top in sys.stdlib_module_names else 3 if top in own else 2


def _is_text(line: cst.CSTNode) -> bool:
    small = line.body[0] if isinstance(line, cst.SimpleStatementLine) and line.body else None
    return isinstance(small, cst.Expr) and isinstance(small.value, cst.SimpleString | cst.ConcatenatedString)
