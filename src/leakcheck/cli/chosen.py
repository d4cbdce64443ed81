"""The stored audit that a command is about."""

from __future__ import annotations

import sys
from pathlib import Path

from leakcheck.audit import Stored, choose, who_knows
from leakcheck.cli.tests import find_test
from leakcheck.cli.way_out import way_out
from leakcheck.options import Settings
from leakcheck.reports.formats.terminal import console_for
from leakcheck.reports.wording.words import clean


def chosen(settings: Settings, wanted: str | None) -> Stored:
    """The audit that the user has named with --audit, else the newest that can serve."""
    with way_out(settings):
        return choose(Path(settings.options.folder), wanted, tell_note)


def find_test_in(stored: Stored, wanted: str, settings: Settings) -> str:
    """The one test of this audit that is called like that; UsageError tells which audit has it instead."""
    ids = stored.audit.suite.ids
    known = wanted if any(wanted in each for each in ids) else ""
    other = "" if known else who_knows(Path(settings.options.folder), wanted, but=stored.id)
    return find_test(wanted, ids, elsewhere=f"Another audit has it: add --audit {other}" if other else "")


def tell_note(text: str) -> None:
    """Say something beside the report."""
    console_for(sys.stderr).print(f"note: {clean(text)}", markup=False, highlight=False, soft_wrap=True)
