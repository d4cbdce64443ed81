"""A parameter more for a function, written as its others are."""

from __future__ import annotations

import libcst as cst

_SPACE = cst.SimpleWhitespace(" ")


def asking_for(node: cst.FunctionDef, name: str, annotation: str = "") -> cst.FunctionDef:
    """The function with the parameter `name` behind those without a default; itself if it has it."""
    given = node.params
    every = (*given.posonly_params, *given.params, *given.kwonly_params)
    if any(each.name.value == name for each in every):
        return node
    annotated = annotation and (node.returns is not None or any(each.annotation for each in every))
    new = cst.Param(
        cst.Name(name),
        cst.Annotation(cst.parse_expression(annotation)) if annotated else None,
        default=None,
        star="",
    )
    params = list(given.params)
    place = next((number for number, each in enumerate(params) if each.default is not None), len(params))
    return node.with_changes(params=given.with_changes(params=_spread(params, place, new, given)))


def _spread(params: list[cst.Param], place: int, new: cst.Param, given: cst.Parameters) -> list[cst.Param]:
    """What stands between two parameters stays between two; where each has a line of its own, the new one has."""
    last = isinstance(given.star_arg, cst.MaybeSentinel) and not given.kwonly_params and given.star_kwarg is None
    if not params:
        return [new if last else new.with_changes(comma=cst.Comma(whitespace_after=_SPACE))]
    commas = [each.comma for each in params]
    usual = commas[0] if len(params) > 1 else _between(commas[0])
    if place == len(params):  # what stands in front of the bracket still does
        new = new.with_changes(whitespace_after_param=params[-1].whitespace_after_param)
        params[-1] = params[-1].with_changes(whitespace_after_param=cst.SimpleWhitespace(""))
    found = [*params[:place], new, *params[place:]]
    between = [*commas[:-1], usual, commas[-1]]
    return [each.with_changes(comma=comma) for each, comma in zip(found, between, strict=True)]


def _between(only: cst.Comma | cst.MaybeSentinel) -> cst.Comma:
    """What follows the only parameter, as it is to follow the first of two."""
    if isinstance(only, cst.Comma) and isinstance(only.whitespace_after, cst.ParenthesizedWhitespace):
        inside = only.whitespace_after.with_changes(last_line=cst.SimpleWhitespace("    "))
        return only.with_changes(whitespace_after=inside)
    return cst.Comma(whitespace_after=_SPACE)
