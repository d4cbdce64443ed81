"""`leakcheck graph`: the leak graph for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leakcheck.audit import result_of
from leakcheck.cli.common import Config, Folder
from leakcheck.cli.output import write_report
from leakcheck.cli.settings import settings_for
from leakcheck.errors import UsageError
from leakcheck.reports._graphs import graph_formats
from leakcheck.reports._graphs._leak_graph import leak_graph
from leakcheck.store import latest


def graph(
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(graph_formats())}.")] = "dot",
    output: Annotated[str, typer.Option("--output", help="Write to FILE (- for standard output).")] = "-",
    folder: Folder = None,
    config: Config = None,
) -> None:
    """Write the leak graph of the last audit: who leaks, what leaked, who is hurt."""
    formats = graph_formats()
    if form not in formats:
        known = ", ".join(formats)
        raise UsageError(f"--format {form}: no such format of the leak graph", hint=f"One of: {known}.")
    settings = settings_for(config, folder=folder)
    found = leak_graph(result_of(latest(Path(settings.options.folder)), settings.judging))
    write_report(formats[form].render(found), output)
