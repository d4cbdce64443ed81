"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from leakcheck.options import BASELINE, FailOn, Options

DEFAULTS = Options()
Config = Annotated[
    str | None,
    typer.Option("--config", help="A configuration file. [default: the nearest leakcheck.toml or pyproject.toml]"),
]
Folder = Annotated[
    str | None, typer.Option("--folder", help=f"Where audits are kept. [default: {DEFAULTS.folder}]")
]
AuditId = Annotated[
    str | None,
    typer.Option(
        "--audit",
        metavar="ID",
        help="Another audit than the newest that can serve: an id from `leakcheck audits`, or a part of one.",
    ),
]
FailOnOption = Annotated[
    FailOn | None,
    typer.Option(
        "--fail-on", help="End with 1 when there is a finding of this severity or a worse one. [default: error]"
    ),
]
BaselineFile = Annotated[
    str | None, typer.Option("--baseline", help=f"The file of what is known. [default: {BASELINE}]")
]
