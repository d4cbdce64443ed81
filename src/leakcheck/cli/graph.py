"""`leakcheck graph`: the leak graph for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leakcheck.audit import result_of
from leakcheck.cli.output import write_report
from leakcheck.errors import UsageError
from leakcheck.options import Options
from leakcheck.reports._graphs import graph_formats
from leakcheck.reports._graphs._leak_graph import leak_graph
from leakcheck.store import latest


def graph(
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(graph_formats())}.")] = "dot",
    output: Annotated[str, typer.Option("--output", help="Write to FILE (- for standard output).")] = "-",
    folder: Annotated[str, typer.Option("--folder", help="Where audits are kept.")] = Options().folder,
) -> None:
    """Write the leak graph of the last audit: who leaks, what leaked, who is hurt."""
    formats = graph_formats()
    if form not in formats:
        known = ", ".join(formats)
        raise UsageError(f"--format {form}: no such format of the leak graph", hint=f"One of: {known}.")
    found = leak_graph(result_of(latest(Path(folder))))
    write_report(formats[form].render(found), output)
