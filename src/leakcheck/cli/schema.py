"""`leakcheck schema`: what the JSON report, or a configuration file, may hold."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Annotated

import typer

from leakcheck.cli.output import write_report
from leakcheck.options.schema import config_schema

REPORT = "report-format-1.schema.json"


def schema(
    config: Annotated[
        bool, typer.Option("--config", help="That of leakcheck.toml and [tool.leakcheck], for editors.")
    ] = False,
    output: Annotated[str, typer.Option("--output", help="Write to FILE (- for standard output).")] = "-",
) -> None:
    """Print the JSON Schema of the JSON report, or that of the configuration."""
    write_report(f"{json.dumps(config_schema(), indent=2)}\n" if config else _of_reports(), output)


def _of_reports() -> str:
    return files("leakcheck.reports.schema").joinpath(REPORT).read_text("utf-8")
