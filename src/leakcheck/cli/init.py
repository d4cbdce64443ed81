"""`leakcheck init`: the first configuration of a project. Shows what it would write, asks, overwrites nothing."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from leakcheck.analysis import extended_baseline, render_baseline
from leakcheck.analysis.gate.baseline import Baseline
from leakcheck.audit import lines_of, result_of, selection
from leakcheck.cli.given import Given
from leakcheck.cli.proposals import CiName, Proposal, configuration, pipeline
from leakcheck.cli.settings import settings_for
from leakcheck.errors import LeakcheckError, UsageError
from leakcheck.options import Settings, find_config
from leakcheck.reports.formats.terminal import console_for
from leakcheck.reports.terminal.page import Piece, emit, prose, row
from leakcheck.reports.wording.words import plural
from leakcheck.store import audits, read_audit

_LONG, _BEGINNING = 12, 6
"""So many lines are shown in any case; of more, so many."""
_ADD_YES = "Nothing is written where nobody can be asked: `leakcheck init --yes` writes it."


def init(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Write all of it without asking.")] = False,
    ci: Annotated[
        CiName, typer.Option("--ci", help="For which service to write a file; auto: for the one that is used.")
    ] = "auto",
) -> None:
    """Write a configuration, a file for continuous integration and, behind a first audit, the baseline.

    Shows each before it asks. What is there already is left alone.
    """
    here = Path.cwd()
    _say(prose("What leakcheck would write here; what is there already is left alone."))
    for each in _proposals(here, ci):
        _settle(each, _asked(yes=yes), in_full=not yes)
    _say(row(), *_next(here, asking=yes or sys.stdin.isatty()))


def _proposals(here: Path, ci: CiName) -> Iterator[Proposal]:
    settings = settings_for(None)
    found = find_config(here)
    if found is not None:
        _say(row(), row(("=", "bold"), f" {found.name} has a configuration"))
    else:
        yield configuration(here, os.environ, sys.executable)
    told = pipeline(here, ci)
    if told is not None:
        yield told
    baseline = _baseline(here, settings)
    if baseline is not None:
        yield baseline


def _baseline(here: Path, settings: Settings) -> Proposal | None:
    """What the newest finished audit has found, if that is anything."""
    for each in audits(Path(settings.options.folder)):
        try:
            audit = read_audit(each)
            result = result_of(each, settings.judging, date.today(), audit)
        except LeakcheckError:
            continue
        if audit.finished:
            found = lines_of(result)
            text = render_baseline(extended_baseline(Baseline(), found, selection(audit)))
            return Proposal(here / settings.judging.baseline, text) if found else None
    return None


def _settle(proposal: Proposal, asked: Callable[[str], bool], *, in_full: bool) -> None:
    """Show it, ask, and write it. Where nobody is asked, the beginning of what is long will do."""
    name = os.path.relpath(proposal.path)
    if proposal.path.exists() and not proposal.adds:
        _say(row(), row(("=", "bold"), f" {name} is there already"))
        return
    _say(row(), row(("+", "bold green"), f" {name}{', at its end' if proposal.adds else ''}:"))
    lines = proposal.text.strip("\n").split("\n")
    shown = lines if in_full or len(lines) <= _LONG else lines[:_BEGINNING]
    _say(*(row((f"  {line}".rstrip(), "green")) for line in shown))
    if len(shown) < len(lines):
        _say(row((f"  ... and {plural(len(lines) - len(shown), 'line')} more", "dim")))
    if asked(f"Write {name}?"):
        _write(proposal)


def _asked(*, yes: bool) -> Callable[[str], bool]:
    if yes:
        return lambda question: True
    if not sys.stdin.isatty():
        return lambda question: False
    return lambda question: typer.confirm(question, default=True)


def _write(proposal: Proposal) -> None:
    try:
        proposal.path.parent.mkdir(parents=True, exist_ok=True)
        with proposal.path.open("a" if proposal.adds else "x", encoding="utf-8", newline="") as stream:
            stream.write(_joint(proposal) + proposal.text)
    except OSError as error:
        raise UsageError(f"cannot write {os.path.relpath(proposal.path)}: {error.strerror}") from error


def _joint(proposal: Proposal) -> str:
    """An end for the last line of what is there, if it has none."""
    before = proposal.path.read_text("utf-8") if proposal.adds else ""
    return "" if not before or before.endswith("\n") else "\n"


def _next(here: Path, *, asking: bool) -> Iterator[Piece]:
    if not asking:
        yield prose(_ADD_YES)
        return
    if (here / ".github/workflows/leakcheck.yml").exists() or (here / "leakcheck.gitlab-ci.yml").exists():
        yield prose(
            "In continuous integration, set the variable LEAKCHECK_INSTALL to where pip gets leakcheck from."
        )
    yield row("Next: ", (Given(("doctor",)).line, "bold"), ", then ", (Given(("run",)).line, "bold"))
    yield prose("When an audit has found something, init offers a baseline: from then on only what is new fails.")


def _say(*pieces: Piece) -> None:
    emit(console_for(sys.stdout), pieces)
