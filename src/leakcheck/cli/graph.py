"""`leakcheck graph`: the leak graph for other programs."""

from __future__ import annotations

from typing import Annotated

import typer

from leakcheck.audit import result_of
from leakcheck.cli.chosen import chosen
from leakcheck.cli.common import AuditId, Config, Folder
from leakcheck.cli.output import write_report
from leakcheck.cli.settings import settings_for
from leakcheck.cli.way_out import way_out
from leakcheck.errors import UsageError
from leakcheck.options import did_you_mean
from leakcheck.reports.graphs import graph_formats
from leakcheck.reports.graphs.leak_graph import leak_graph


def graph(
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(graph_formats())}.")] = "dot",
    output: Annotated[str, typer.Option("--output", help="Write to FILE (- for standard output).")] = "-",
    audit: AuditId = None,
    folder: Folder = None,
    config: Config = None,
) -> None:
    """Write the leak graph of the last audit: who leaks, what leaked, who is hurt."""
    formats = graph_formats()
    if form not in formats:
        known = ", ".join(formats)
        near = did_you_mean(form, formats)
        raise UsageError(f"--format {form}: no such format of the leak graph{near}", hint=f"One of: {known}.")
    settings = settings_for(config, folder=folder)
    stored = chosen(settings, audit)
    with way_out(settings):
        found = leak_graph(result_of(stored.folder, settings.judging, audit=stored.audit))
    write_report(formats[form].render(found), output)
