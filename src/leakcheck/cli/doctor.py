"""`leakcheck doctor`: would an audit work here, and what would it cost?"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from leakcheck.audit.checkup import Checkup, check_up, stored_checkup
from leakcheck.cli.common import Config, Folder
from leakcheck.cli.diagnosis import Line, diagnosis
from leakcheck.cli.display import ColorWhen, Display
from leakcheck.cli.given import Given
from leakcheck.cli.options import offered
from leakcheck.cli.settings import settings_for
from leakcheck.cli.way_out import way_out
from leakcheck.errors import LeakcheckError
from leakcheck.options import Options
from leakcheck.progress import Outlook, Progress
from leakcheck.reports.formats.terminal import console_for
from leakcheck.reports.terminal.page import Piece, emit, prose, row
from leakcheck.store import Audit, audits, read_audit

_ABOUT = 14


def doctor(
    context: typer.Context,
    paths: Annotated[list[str] | None, offered("paths")] = None,
    python: Annotated[str | None, offered("python")] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Collect and run plain pytest, even if an audit has measured it.")
    ] = False,
    folder: Folder = None,
    config: Config = None,
    color: ColorWhen = "auto",
) -> None:
    """Tell whether an audit would work here, and what it would cost: by a collection and one plain run of pytest.

    Where a finished audit of the same tests is stored, what that has measured is told, and nothing is run.
    """
    typed: Given = context.obj
    given: dict[str, Any] = {"paths": tuple(paths) if paths else None, "python": python, "folder": folder}
    settings = settings_for(config, **given, pytest_args=typed.for_pytest or None)
    with way_out(settings, typed):
        seen = None if again else _measured(settings.options)
        if seen is None:
            with Display(color=color).progress() as progress:
                seen = check_up(settings.options, OneStep(progress))
        lines = diagnosis(seen, settings.options, os.environ)
    emit(console_for(sys.stdout, color), _told(lines, typed))


class OneStep:
    """Shown as one step, as long as a plain run: which test that is at, and for how long."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self.step, self.watch, self.note = shown.step, shown.watch, shown.note
        self.stopping = shown.stopping

    def phase(self, name: str, total: int, tests: int = 0, question: str = "") -> None:
        self._shown.phase("checkup", 0)

    def expect(self, outlook: Outlook) -> None:
        """What an audit would take is told at the end."""


def _measured(options: Options) -> Checkup | None:
    """By the newest finished audit of just these tests."""
    for each in audits(Path(options.folder)):
        try:
            audit = read_audit(each)
        except LeakcheckError:
            continue
        if audit.finished and not audit.damaged and audit.control and _is_of(audit, options):
            return stored_checkup(audit)
    return None


def _is_of(audit: Audit, options: Options) -> bool:
    asked = audit.asked_for
    return (asked.paths, asked.pytest_args, asked.python) == (options.paths, options.pytest_args, options.python)


def _told(lines: tuple[Line, ...], typed: Given) -> Iterator[Piece]:
    for line in lines:
        sign = ("  ", "") if not line.about else ("✓ ", "bold green") if line.well else ("! ", "bold yellow")
        yield row(sign, (line.about.ljust(_ABOUT), "bold"), line.text)
        if line.hint:
            yield prose((line.hint, "dim"), indent=_ABOUT + 2)
    yield row()
    yield row("Next: ", (_run(typed), "bold"))


def _run(typed: Given) -> str:
    """The same words, for an audit."""
    words = [word for word in typed.own[1:] if word != "--again"]
    return Given(("run", *words), typed.for_pytest).line
