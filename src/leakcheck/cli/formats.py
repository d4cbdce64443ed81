"""The options by which formats are asked for: one for each format that the package of reports has."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Annotated, Any

import typer

from leakcheck.cli.output import check_targets, write_report
from leakcheck.errors import UsageError
from leakcheck.records import Result
from leakcheck.reports import Report, formats

Targets = Mapping[str, str]
"""name of a format → the file to write it to, "-" for standard output."""


def offers_formats(command: Callable[..., int]) -> Callable[..., int]:
    """`command` with an option `--<name> FILE` for every format; what was asked for is its argument `targets`."""
    signature = inspect.signature(command, eval_str=True)
    options = {_parameter(name): (name, _option(report)) for name, report in formats().items()}

    @wraps(command)
    def offering(**given: Any) -> int:
        asked = {name: given.pop(parameter) for parameter, (name, _) in options.items()}
        return command(**given, targets={name: target for name, target in asked.items() if target is not None})

    own = [each for name, each in signature.parameters.items() if name != "targets"]
    added = [
        inspect.Parameter(parameter, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=option)
        for parameter, (_, option) in options.items()
    ]
    offering.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
    offering.__annotations__ = {each.name: each.annotation for each in (*own, *added)}
    return offering


def check_formats(targets: Targets) -> None:
    """UsageError unless all that was asked for can be written."""
    check_targets(targets, [name for name, report in formats().items() if report.appends])


def write_formats(result: Result, targets: Targets) -> None:
    """Write `result` in every format that was asked for; UsageError names those that could not be written."""
    known = formats()
    troubles = []
    for name, target in targets.items():
        try:
            write_report(known[name].render(result), target, append=known[name].appends)
        except UsageError as error:
            troubles.append(error)
    if troubles:
        raise UsageError("; ".join(each.message for each in troubles), hint=troubles[0].hint)


def _parameter(name: str) -> str:
    return f"{name.replace('-', '_')}_file"


def _option(report: Report) -> Any:
    return Annotated[str | None, typer.Option(f"--{report.name}", metavar="FILE", help=f"Write {report.help}")]
