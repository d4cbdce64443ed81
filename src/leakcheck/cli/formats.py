"""The options by which formats are asked for: one for each format that the package of reports has."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from leakcheck.cli.gathering import gathering
from leakcheck.cli.output import check_targets, write_report
from leakcheck.errors import UsageError
from leakcheck.records import Result
from leakcheck.reports import Report, formats

Targets = Mapping[str, str]
"""name of a format → the file to write it to, "-" for standard output."""


def offers_formats(command: Callable[..., int]) -> Callable[..., int]:
    """`command` with an option `--<name> FILE` for every format; what was asked for is its argument `targets`."""
    options = {_parameter(name): name for name in formats()}
    added = {_parameter(name): _option(report) for name, report in formats().items()}

    def gather(given: Mapping[str, str | None]) -> Targets:
        return {options[name]: target for name, target in given.items() if target is not None}

    return gathering(command, "targets", added, gather)


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
