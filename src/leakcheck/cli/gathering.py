"""Commands whose options are not typed out: one argument of the function stands for many of the command line."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any


def gathering(
    command: Callable[..., int], argument: str, added: Mapping[str, Any], gather: Callable[[dict[str, Any]], Any]
) -> Callable[..., int]:
    """`command` with parameters of these names and annotations in the place of `argument`, which is made of what
    they were given: None for each that was not."""
    signature = inspect.signature(command, eval_str=True)
    parameters = list(signature.parameters.values())
    place = next(number for number, each in enumerate(parameters) if each.name == argument)
    kind = parameters[place].kind
    parameters[place : place + 1] = [
        inspect.Parameter(name, kind, default=None, annotation=annotation) for name, annotation in added.items()
    ]

    @wraps(command)
    def offering(**given: Any) -> int:
        gathered = gather({name: given.pop(name) for name in added})
        return command(**given, **{argument: gathered})

    offering.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    offering.__annotations__ = {each.name: each.annotation for each in parameters}
    return offering
