"""The options of the command line, out of the table of all options."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from leakcheck.cli.gathering import gathering
from leakcheck.errors import UsageError
from leakcheck.options import OF_AUDIT, TABLE, Option

Asked = Mapping[str, Any]
"""name of a field → what the command line asks for. What was left out is not in it."""


def offered(name: str) -> Any:
    """The option of this name, for the annotation of a parameter."""
    option = TABLE[name]
    if option.said.is_argument:
        return typer.Argument(help=option.said.help)
    usual = f" [default: {option.usual}]" if option.usual else ""
    least = None if option.said.least is None else option.hint(option.said.least)
    return typer.Option(f"--{option.key}", min=least, help=option.said.help + usual)


def offers_options(command: Callable[..., int]) -> Callable[..., int]:
    """`command` with all options of an audit that it has no parameter for: what was asked is its argument
    `asked`."""
    own = inspect.signature(command).parameters
    added = {
        name: Annotated[_typed(option), offered(name)]
        for name, option in OF_AUDIT.items()
        if option.said.help and name not in own
    }
    return gathering(command, "asked", added, _asked)


def asked_for(asked: Asked, **more: Any) -> Asked:
    """What was asked for, and what else was (None: it was not)."""
    return {**asked, **{name: value for name, value in more.items() if value is not None}}


def _typed(option: Option) -> Any:
    """What the command line takes it for: None, if it is left out."""
    if option.is_list:
        return list[str] | None
    return (str if option.said.compound else option.hint) | None


def _asked(given: Mapping[str, Any]) -> Asked:
    asked: dict[str, Any] = {}
    for name, value in given.items():
        if value is not None and value != []:
            asked |= TABLE[name].as_fields(_value(TABLE[name], value))
    return asked


def _value(option: Option, value: Any) -> Any:
    compound = option.said.compound
    if compound is None:
        return tuple(value) if option.is_list else value
    try:
        return compound.parse(value)
    except ValueError:
        raise UsageError(f"--{option.key} {value}: {compound.wrong}", hint=compound.hint) from None
