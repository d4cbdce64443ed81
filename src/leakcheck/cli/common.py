"""Options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from leakcheck.cli.options import offered
from leakcheck.options import FailOn

Config = Annotated[
    str | None,
    typer.Option("--config", help="A configuration file. [default: the nearest leakcheck.toml or pyproject.toml]"),
]
Folder = Annotated[str | None, offered("folder")]
AuditId = Annotated[
    str | None,
    typer.Option(
        "--audit",
        metavar="ID",
        help="Another audit than the newest that can serve: an id from `leakcheck audits`, or a part of one.",
    ),
]
Python = Annotated[str | None, offered("python")]
Lanes = Annotated[int | None, offered("lanes")]
FailOnOption = Annotated[FailOn | None, offered("fail_on")]
BaselineFile = Annotated[str | None, offered("baseline")]
