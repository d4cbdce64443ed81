"""`leakcheck explain`: all that is known about one test, and what can be found out about it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from leakcheck.analysis.graph.trial import trial_of
from leakcheck.audit import result_of
from leakcheck.audit.investigate import ask_about, why_not
from leakcheck.cli.chosen import chosen, find_test_in
from leakcheck.cli.common import AuditId, Config, Folder
from leakcheck.cli.display import ColorWhen, Display
from leakcheck.cli.settings import settings_for
from leakcheck.cli.way_out import way_out
from leakcheck.errors import UsageError
from leakcheck.records import Trial
from leakcheck.reports.formats.terminal import console_for
from leakcheck.reports.terminal.explain import Asked, render_explain
from leakcheck.reports.terminal.explainable import render_explainable
from leakcheck.store import Audit, AuditFolder, read_audit
from leakcheck.workspace.salts import kept_salt


def explain(
    test: Annotated[str | None, typer.Argument(
        help="A test id, or a part of one that no other test has. [default: list those worth it]")] = None,
    run: Annotated[bool | None, typer.Option(
        "--run/--no-run",
        help="Ask for further executions, even if this was done before; or show only what is stored. "
             "[default: ask once, if the audit has not settled the test]")] = None,
    audit: AuditId = None,
    folder: Folder = None,
    config: Config = None,
    color: ColorWhen = "auto",
) -> None:  # fmt: skip
    """Tell all about one test: who hurts it and how that was shown, what it leaves for whom, what was tried."""
    settings = settings_for(config, folder=folder)
    stored = chosen(settings, audit)
    where = stored.folder
    if test is None:
        with way_out(settings):
            render_explainable(result_of(where, settings.judging), console_for(sys.stdout, color))
        return
    name = find_test_in(stored, test, settings)
    trial = _trial(name, stored.audit)
    asked = _ask(name, where, stored.audit, run, Display(color=color)) if trial.open else Asked()
    if asked.new is not None:
        trial = _trial(name, read_audit(where))
    with way_out(settings):
        result = result_of(where, settings.judging)
    render_explain(result, trial, asked, console_for(sys.stdout, color))


def _trial(test: str, audit: Audit) -> Trial:
    return trial_of(test, audit.executions, audit.suite, audit.asked_for.depth)


def _ask(test: str, where: AuditFolder, audit: Audit, run: bool | None, display: Display) -> Asked:
    """Ask for what is open, if that was wanted and is possible."""
    if run is False:
        return Asked(why_not="--no-run was given")
    if run is None and test in audit.investigated:  # the answers would be the same
        return Asked(why_not="it was asked about before; --run asks again")
    reason = why_not(audit, kept_salt(where.path))
    if reason and run:
        raise UsageError(f"no further executions of {test}: {reason}")
    if reason:
        return Asked(why_not=reason)
    with display.progress() as progress:
        return Asked(new=ask_about(test, where, progress))
