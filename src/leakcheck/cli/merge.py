"""`leakcheck merge`: the shards of an audit become one."""

from __future__ import annotations

from typing import Annotated

import typer

from leakcheck.audit import merge as merging
from leakcheck.audit import read_baseline
from leakcheck.cli.common import BaselineFile, Config, FailOnOption, Folder, Lanes, Python
from leakcheck.cli.display import ColorWhen, Display, Quiet, Verbose
from leakcheck.cli.formats import Targets, check_formats, offers_formats
from leakcheck.cli.given import Given
from leakcheck.cli.settings import settings_for
from leakcheck.cli.shown import show_audit
from leakcheck.cli.way_out import way_out


@offers_formats
def merge(
    context: typer.Context,
    parts: Annotated[list[str], typer.Argument(help="The files that `leakcheck run --shard ... --out` has left.")],
    no_run: Annotated[bool, typer.Option("--no-run", help="Run nothing: leave open what only all shards together "
        "can ask.")] = False,
    python: Python = None,
    lanes: Lanes = None,
    fail_on: FailOnOption = None,
    folder: Folder = None,
    baseline: BaselineFile = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    color: ColorWhen = "auto",
    *,
    targets: Targets,
) -> int:  # fmt: skip
    """Make one audit of its shards, ask what only the whole can ask, and judge it.

    A shard that is missing or damaged is told, and its tests are unknown.
    """
    display = Display(quiet, verbose, color)
    typed: Given = context.obj
    check_formats(targets)
    here = {"python": python, "lanes": lanes, "folder": folder}
    settings = settings_for(config, **here, fail_on=fail_on, baseline=baseline)
    with way_out(settings, typed):
        read_baseline(settings.judging.baseline)
        with display.progress() as progress:
            where = merging.merge(parts, settings.options, progress, run=not no_run)
        return show_audit(where, settings.judging, targets, display, keeps_proven=True)
