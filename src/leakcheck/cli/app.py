"""The commands and their options."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from leakcheck import __version__
from leakcheck.analysis import state_diff
from leakcheck.audit import result_of, run_audit
from leakcheck.cli.display import ColorWhen, Display, Quiet, Verbose
from leakcheck.cli.explain import explain
from leakcheck.cli.formats import Targets, check_formats, offers_formats, write_formats
from leakcheck.cli.graph import graph
from leakcheck.cli.output import STANDARD_OUTPUT
from leakcheck.cli.tests import find_test
from leakcheck.errors import UsageError
from leakcheck.options import Options
from leakcheck.records import Result
from leakcheck.reports._diff import render_diff
from leakcheck.reports.terminal import console_for
from leakcheck.store import AuditFolder, latest, read_audit

app = typer.Typer(
    name="leakcheck",
    help="Tells, with proof, which tests of a pytest suite leak state into which.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_DEFAULTS = Options()
Folder = Annotated[str, typer.Option("--folder", help="Where audits are kept.")]
FailOn = Annotated[
    Literal["error", "warning", "note", "never"],
    typer.Option("--fail-on", help="End with 1 when there is a finding of this severity or a worse one."),
]


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
def run(
    context: typer.Context,
    targets: Targets,
    paths: Annotated[list[str] | None, typer.Argument(help="Test files, folders or node ids, as for pytest. "
                                                      "Arguments for pytest itself go behind --.")] = None,
    python: Annotated[str, typer.Option("--python", help="The audited project's interpreter.")] = _DEFAULTS.python,
    engine: Annotated[Literal["auto", "fork", "spawn"], typer.Option(
        "--engine", help="Fork a collected suite for each execution, or start a new pytest process.")] = "auto",
    lanes: Annotated[int, typer.Option("--lanes", min=1, help="Executions at a time.")] = _DEFAULTS.lanes,
    random: Annotated[int, typer.Option(
        "--random", min=0, help="Pairs of random orders, an order and its reverse.")] = _DEFAULTS.random,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the first random order.")] = _DEFAULTS.seed,
    test_timeout: Annotated[float, typer.Option(
        "--test-timeout", min=0.1, help="Seconds that one test may take.")] = _DEFAULTS.test_timeout,
    execution_timeout: Annotated[float, typer.Option(
        "--execution-timeout", min=0.1, help="Seconds that one execution may take.")] = _DEFAULTS.execution_timeout,
    budget: Annotated[str, typer.Option(
        "--budget", help="What the search may cost: 20 (runs of the declared order) or 90s (seconds).")] = "20",
    depth: Annotated[int, typer.Option(
        "--depth", min=1, help="Of how many tests that make one value together to follow.")] = _DEFAULTS.depth,
    show_values: Annotated[bool, typer.Option(
        "--show-values", help="Show secrets in the clear instead of digests.")] = False,
    fail_on: FailOn = "error",
    folder: Folder = _DEFAULTS.folder,
    quiet: Quiet = False,
    verbose: Verbose = False,
    color: ColorWhen = "auto",
) -> int:  # fmt: skip
    """Audit a suite: run it in several orders and every test alone, and tell who leaks what into whom.

    Any number of reports can be written; FILE is - for standard output, in place of the report for people.
    """
    display = Display(quiet, verbose, color)
    check_formats(targets)
    options = Options(
        paths=tuple(paths or ()),
        pytest_args=context.obj or (),
        python=python,
        engine=engine,
        lanes=lanes,
        random=random,
        seed=seed,
        test_timeout=test_timeout,
        execution_timeout=execution_timeout,
        depth=depth,
        fail_on=fail_on,
        show_values=show_values,
        folder=folder,
    )
    with display.progress() as progress:
        where = run_audit(_with_budget(options, budget), progress)
    return _show(where, fail_on, targets, display)


@app.command()
@offers_formats
def report(
    targets: Targets,
    fail_on: FailOn = "error",
    folder: Folder = _DEFAULTS.folder,
    quiet: Quiet = False,
    verbose: Verbose = False,
    color: ColorWhen = "auto",
) -> int:
    """Show the last audit again, without running anything.

    Any number of reports can be written; FILE is - for standard output, in place of the report for people.
    """
    display = Display(quiet, verbose, color)
    check_formats(targets)
    return _show(latest(Path(folder)), fail_on, targets, display)


@app.command()
def diff(
    test: Annotated[str, typer.Argument(help="A test id, or a part of one that no other test has.")],
    folder: Folder = _DEFAULTS.folder,
    color: ColorWhen = "auto",
) -> None:
    """Show what one test changes: before and after, by location and path."""
    audit = read_audit(latest(Path(folder)))
    name = find_test(test, audit.suite.ids)
    render_diff(name, state_diff(name, audit.executions, audit.suite), console_for(sys.stdout, color))


app.command()(explain)
app.command()(graph)


def _show(folder: AuditFolder, fail_on: str, targets: Targets, display: Display) -> int:
    result: Result = result_of(folder, fail_on)
    write_formats(result, targets)
    if STANDARD_OUTPUT not in targets.values():
        display.show(result)
    return result.exit_code


def _with_budget(options: Options, text: str) -> Options:
    """`options` with a budget like `20` or `90s`; UsageError for anything else."""
    try:
        number = float(text.removesuffix("s"))
        if not number >= 0:
            raise ValueError
    except ValueError:
        raise UsageError(
            f"--budget {text}: neither a number of runs nor a number of seconds",
            hint="Write --budget 20 for twenty times the declared order, or --budget 90s.",
        ) from None
    return replace(options, budget=number, budget_unit="seconds" if text.endswith("s") else "runs")
