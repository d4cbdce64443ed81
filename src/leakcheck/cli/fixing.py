"""Fixes shown, asked about one by one, and written. Loaded only where LibCST is there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import typer
from rich.console import Console

from leakcheck.audit.fixing.find_fixes import FixSession
from leakcheck.cli.display import Display
from leakcheck.cli.output import STANDARD_OUTPUT, write_report
from leakcheck.errors import UsageError
from leakcheck.fixes.causes import Cause
from leakcheck.fixes.edits import Conflict
from leakcheck.fixes.remedies import Remedy, Together
from leakcheck.reports.json.remedies import remedies_as_json
from leakcheck.reports.terminal.page import emit, prose, row
from leakcheck.reports.terminal.remedies import head, render_list, render_remedies, write_patch
from leakcheck.reports.wording.words import plural
from leakcheck.store import AuditFolder, keep_fixes
from leakcheck.workspace.kept_patches import keep_patch
from leakcheck.workspace.own_sources import uncommitted, write_sources

_ASK = "Make this fix? [a]pply, [s]kip, [o]ther candidate, [q]uit"
_COMMIT = "Commit or stash them first, or add --allow-dirty."


@dataclass(frozen=True)
class Fixing:
    """What is done with the fixes that a session finds."""

    session: FixSession
    folder: AuditFolder
    console: Console
    allow_dirty: bool = False

    def list(self, causes: Iterable[Cause], unknown: Iterable[str], json: str | None) -> None:
        """What might be tried first; nothing runs."""
        remedies = tuple(self.session.possible(each) for each in causes)
        if json is not None:
            write_report(remedies_as_json(Together(remedies)), json)
        if json != STANDARD_OUTPUT:
            render_list(remedies, unknown, self.console)

    def keep(self, remedies: Sequence[Remedy]) -> None:
        """Keep what is proven beside the audit: its reports show it from now on."""
        keep_fixes(self.folder.path, self.session.shown_in_reports(remedies))

    def show(self, found: Together, unknown: Sequence[str]) -> None:
        render_remedies(found, self.console, unknown)

    def review(self, found: Together, display: Display) -> None:
        """Ask for each, and write what was chosen."""
        chosen: list[Remedy] = []
        for remedy in found.remedies:
            taken, answer = self._asked(remedy, display)
            chosen += [taken] if answer == "a" else []
            if answer == "q":
                break
        if chosen:
            self._write(chosen)
        else:
            emit(self.console, [prose("Nothing was written.")])

    def _asked(self, remedy: Remedy, display: Display) -> tuple[Remedy, str]:
        """The remedy that was decided about, which may be another than at first, and the answer."""
        while True:
            emit(self.console, head(remedy))
            write_patch(remedy.diff, self.console)
            emit(self.console, [row()])
            if remedy.proposal is None:
                return remedy, "s"
            answer = str(typer.prompt(_ASK, default="s", show_default=False)).strip().lower()[:1]
            if answer == "o":
                with display.progress() as progress:
                    self.session.progress = progress
                    tried = {remedy.id: remedy.number + 1}
                    (other,) = self.session.find([remedy.cause], tried).remedies
                if other.proposal is None:
                    emit(self.console, [prose("There is no other candidate.")])
                else:
                    remedy = other
                    self.keep([other] if other.standing == "proven" else [])
            elif answer in ("a", "s", "q"):
                return remedy, answer

    def write(self, found: Together) -> None:
        """Make all fixes that are proven; UsageError if they are not proven together."""
        proven = [each for each in found.remedies if each.standing == "proven"]
        if not proven:
            emit(self.console, [prose("There is nothing to write.")])
            return
        if found.faults:
            raise UsageError(
                "the fixes are proven one by one, and not together: nothing was written",
                detail="\n".join(f"  {each}" for each in found.faults[:5]),
                hint="Name those that you want: `leakcheck fix L1 --write`, and audit again.",
            )
        self._write(proven)

    def _write(self, remedies: Sequence[Remedy]) -> None:
        try:
            texts = self.session.texts_of(remedies)
        except Conflict as error:
            raise UsageError(
                f"these fixes contradict one another: {error}", hint="Make one, and audit again."
            ) from error
        dirty = [] if self.allow_dirty else uncommitted(self.session.root, texts)
        if dirty:
            raise UsageError(
                f"{', '.join(dirty)}: there is something in it that is not committed; nothing was written",
                hint=_COMMIT,
            )
        kept = keep_patch(self.folder.path, self.session.diff(texts))
        write_sources(self.session.root, texts)
        where = _relative(kept)
        emit(self.console, [
            prose(f"{plural(len(remedies), 'fix', 'fixes')} written to {', '.join(sorted(texts))}."),
            row(f"Undo:  git apply -R {where}"),
            row("Audit again:  leakcheck run"),
        ])  # fmt: skip


def _relative(path: Path) -> str:
    here = Path.cwd().resolve()
    return str(path.resolve().relative_to(here)) if path.resolve().is_relative_to(here) else str(path)
