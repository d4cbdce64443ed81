"""The commands and their options."""

from __future__ import annotations

import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import Annotated

import typer

from leakcheck import __version__
from leakcheck.analysis import state_diff
from leakcheck.audit import Earlier, read_baseline, run_audit, unfinished
from leakcheck.audit.part import check_out, keep_part, opened_part
from leakcheck.cli.audits import audits
from leakcheck.cli.baseline import app as baseline_commands
from leakcheck.cli.chosen import chosen, find_test_in, tell_note
from leakcheck.cli.common import AuditId, BaselineFile, Config, FailOnOption, Folder
from leakcheck.cli.display import ColorWhen, Display, Quiet, Verbose
from leakcheck.cli.doctor import doctor
from leakcheck.cli.explain import explain
from leakcheck.cli.fix import fix
from leakcheck.cli.formats import Targets, check_formats, offers_formats
from leakcheck.cli.given import Given
from leakcheck.cli.graph import graph
from leakcheck.cli.init import init
from leakcheck.cli.merge import merge
from leakcheck.cli.options import Asked, asked_for, offers_options
from leakcheck.cli.order import order
from leakcheck.cli.replay import replay
from leakcheck.cli.schema import schema
from leakcheck.cli.settings import settings_for
from leakcheck.cli.shown import show_audit, so_far
from leakcheck.cli.way_out import way_out
from leakcheck.errors import Interrupted, UsageError
from leakcheck.options import Judging, Settings
from leakcheck.reports.formats.terminal import console_for
from leakcheck.reports.terminal.diff import render_diff
from leakcheck.store import AuditFolder

_OF_JUDGING = frozenset(each.name for each in fields(Judging))
app = typer.Typer(
    name="leakcheck",
    help="Tells, with proof, which tests of a pytest suite leak state into which.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(baseline_commands, name="baseline")


def _version(value: bool) -> None:
    if value:
        typer.echo(f"leakcheck {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


@app.command()
@offers_formats
@offers_options
def run(
    context: typer.Context,
    asked: Asked,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the newest audit that was not finished, or "
        "had spent its budget, by its own options.")] = False,
    audit: AuditId = None,
    fail_on: FailOnOption = None,
    folder: Folder = None,
    baseline: BaselineFile = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    color: ColorWhen = "auto",
    out: Annotated[str | None, typer.Option("--out", metavar="FILE", help="Write the audit, or its share, as one "
        "file: `leakcheck merge` joins shares, `leakcheck report FILE` shows it.")] = None,
    *,
    targets: Targets,
) -> int:  # fmt: skip
    """Audit a suite: run it in several orders and every test alone, and tell who leaks what into whom.

    Any number of reports can be written; FILE is - for standard output, in place of the report for people.
    """
    display = Display(quiet, verbose, color)
    typed: Given = context.obj
    if audit is not None and not resume:
        raise UsageError("--audit names an audit to go on with", hint="Add --resume, or leave it out.")
    check_formats(targets)
    given = asked_for(asked, pytest_args=typed.for_pytest or None, folder=folder)
    settings = settings_for(config, **given, fail_on=fail_on, baseline=baseline)
    check_out(settings.options, out)
    with way_out(settings, typed):
        read_baseline(settings.judging.baseline)  # what is wrong with it is told before the audit, not behind it
        earlier = unfinished(Path(settings.options.folder), given, audit, tell_note) if resume else None
    if earlier is not None:
        settings = replace(settings, options=earlier.options, written=settings.written & _OF_JUDGING)
    with way_out(settings, typed):
        where = _audit(settings, earlier, targets, display, out)
        return show_audit(where, settings.judging, targets, display, keeps_proven=True)


@app.command()
@offers_formats
def report(
    part: Annotated[
        str | None,
        typer.Argument(metavar="[PART]", help="A file that `leakcheck run --out` has left; else the last audit."),
    ] = None,
    audit: AuditId = None,
    timing: Annotated[
        bool, typer.Option("--timing", help="Show where the time of the audit went, in place of what it found.")
    ] = False,
    fail_on: FailOnOption = None,
    folder: Folder = None,
    baseline: BaselineFile = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    color: ColorWhen = "auto",
    *,
    targets: Targets,
) -> int:
    """Show the last audit again, without running anything.

    Any number of reports can be written; FILE is - for standard output, in place of the report for people.
    """
    display = Display(quiet, verbose, color, timing)
    check_formats(targets)
    settings = settings_for(config, fail_on=fail_on, folder=folder, baseline=baseline)
    if part is not None:
        if audit is not None:
            raise UsageError("--audit names a stored audit, and PART is a file", hint="Leave out one of them.")
        with way_out(settings), opened_part(Path(part)) as folder_of_part:
            return show_audit(folder_of_part, settings.judging, targets, display)
    stored = chosen(settings, audit)
    with way_out(settings):
        return show_audit(stored.folder, settings.judging, targets, display, stored.audit)


@app.command()
def diff(
    test: Annotated[str, typer.Argument(help="A test id, or a part of one that no other test has.")],
    audit: AuditId = None,
    folder: Folder = None,
    config: Config = None,
    color: ColorWhen = "auto",
) -> None:
    """Show what one test changes: before and after, by location and path."""
    settings = settings_for(config, folder=folder)
    stored = chosen(settings, audit)
    name = find_test_in(stored, test, settings)
    suite = stored.audit.suite
    changes = state_diff(name, stored.audit.executions, suite)
    render_diff(name, changes, suite, console_for(sys.stdout, color))


app.command()(explain)
app.command()(fix)
app.command()(merge)
app.command()(replay)
app.command()(order)
app.command()(graph)
app.command()(audits)
app.command()(doctor)
app.command()(init)
app.command()(schema)


def _audit(
    settings: Settings, earlier: Earlier | None, targets: Targets, display: Display, out: str | None
) -> AuditFolder:
    with so_far(settings.judging, targets, display):
        try:
            with display.progress() as progress:
                folder = run_audit(settings.options, progress, earlier)
        except Interrupted as stopped:
            if stopped.kept and out is not None:
                keep_part(AuditFolder(Path(stopped.kept)), out)
            raise
        if out is not None:
            keep_part(folder, out)
        return folder
