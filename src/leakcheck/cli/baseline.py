"""`leakcheck baseline`: what is known of a suite, in a file that people review."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

import typer

from leakcheck.analysis import (
    Baseline,
    Line,
    baseline_without,
    extended_baseline,
    render_baseline,
)
from leakcheck.audit import lines_of, partial, read_baseline, result_of, selection, titles_of
from leakcheck.cli.chosen import chosen
from leakcheck.cli.common import AuditId, BaselineFile, Config, Folder
from leakcheck.cli.output import write_report
from leakcheck.cli.settings import settings_for
from leakcheck.cli.way_out import way_out
from leakcheck.errors import UsageError
from leakcheck.records import Result
from leakcheck.reports.formats.terminal import console_for
from leakcheck.reports.wording.words import clip, plural
from leakcheck.store import Audit

app = typer.Typer(help="What is known already, and does not fail the gate.", no_args_is_help=True)


class AgainstBaseline(NamedTuple):
    """The last audit against the baseline `name`."""

    name: str
    audit: Audit
    result: Result
    baseline: Baseline | None

    @property
    def found(self) -> frozenset[Line]:
        return lines_of(self.result)

    @property
    def partial(self) -> list[str]:
        return list(partial(self.audit, self.baseline.suite if self.baseline is not None else None))


@app.command()
def write(
    audit: AuditId = None, folder: Folder = None, baseline: BaselineFile = None, config: Config = None
) -> None:
    """Add everything that the last audit found. Lines and comments that are there stay."""
    known = _known(audit, folder, baseline, config)
    before = known.baseline or Baseline()
    after = extended_baseline(before, known.found, selection(known.audit))
    write_report(render_baseline(after), known.name)
    _say(f"{known.name}: {plural(len(after.lines - before.lines), 'line')} added, {len(after.lines)} in all")
    if not known.audit.finished:
        _say("The last audit was not finished: it may not have found everything.")


@app.command()
def show(
    audit: AuditId = None, folder: Folder = None, baseline: BaselineFile = None, config: Config = None
) -> None:
    """Show what is known, what the last audit found beyond it, and what is fixed."""
    known = _known(audit, folder, baseline, config)
    held = _held(known)
    gone = set(held.gone(known.found))
    titles = titles_of(known.result)
    _group(f"Known, in {known.name}", sorted(held.lines - gone), titles)
    _group("Not known: `leakcheck baseline write` adds these", _new(known, held), titles)
    why = "; ".join(known.partial)
    _group(
        f"Not seen ({why})" if why else "Fixed: `leakcheck baseline prune` takes these out", sorted(gone), titles
    )


@app.command()
def prune(
    audit: AuditId = None, folder: Folder = None, baseline: BaselineFile = None, config: Config = None
) -> None:
    """Take out what the last audit, if it was complete, did not find any more."""
    known = _known(audit, folder, baseline, config)
    held = _held(known)
    if known.partial:
        raise UsageError(
            f"the last audit cannot tell what is fixed: {'; '.join(known.partial)}",
            hint="Run a complete audit of the same tests, with the standard or the thorough profile.",
        )
    gone = held.gone(known.found)
    if gone:
        write_report(render_baseline(baseline_without(held, gone)), known.name)
    _say(f"{known.name}: {plural(len(gone), 'line')} taken out, {len(held.lines) - len(gone)} left")
    for line in gone:
        _say(f"  {_shown(line)}")


def _known(audit: str | None, folder: str | None, baseline: str | None, config: str | None) -> AgainstBaseline:
    settings = settings_for(config, folder=folder, baseline=baseline)
    stored = chosen(settings, audit)
    name = settings.judging.baseline
    with way_out(settings):
        result = result_of(stored.folder, settings.judging, date.today(), stored.audit)
        return AgainstBaseline(name, stored.audit, result, read_baseline(name))


def _held(known: AgainstBaseline) -> Baseline:
    if known.baseline is None:
        raise UsageError(
            f"there is no baseline {known.name}", hint="`leakcheck baseline write` makes it from the last audit."
        )
    return known.baseline


def _new(known: AgainstBaseline, held: Baseline) -> list[Line]:
    return sorted(line for line in known.found if not held.covering(line))


def _group(title: str, lines: Iterable[Line], titles: dict[Line, str]) -> None:
    shown = list(lines)
    _say(f"{title}: {len(shown)}")
    for line in shown:
        told = f"  ({titles[line]})" if line in titles else ""
        _say(f"  {_shown(line)}{told}")


def _shown(line: Line) -> str:
    return clip(" ".join(text for text in line.texts if text != "-"), 400)


def _say(text: str) -> None:
    console_for(sys.stdout).print(text, markup=False, highlight=False, soft_wrap=True)
