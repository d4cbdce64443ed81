"""What `leakcheck doctor` says of what it has seen: a line for each thing that an audit depends on."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from leakcheck.audit.checkup import Checkup
from leakcheck.audit.database_rights import rights
from leakcheck.cli.environments import environment_beside
from leakcheck.cli.left import rounded
from leakcheck.options import Options
from leakcheck.records import GOOD_OUTCOMES
from leakcheck.reports.wording.words import duration, listed, plural
from leakcheck.wire.database_terms import DatabaseTerms

_LITTLE = 500 * 1024**2
"""Bytes: an audit of a large suite keeps some megabytes, and copies of the files that its tests change."""
_MATTERS: Mapping[str, str] = {
    "pytest-randomly": "the random orders are those that it makes, so that its seeds show them again",
    "pytest-xdist": "nothing is distributed: an audit has lanes",
    "pytest-asyncio": "event loops of wider scopes are looked at as state that tests share",
    "pytest-django": "its database is made anew for each process",
    "pytest-rerunfailures": "no test is run again to make it pass",
}


_SHARED = "executions would share its rows, so they run one behind the other, and meet what others have left"


class Line(NamedTuple):
    """Whether all is well, what it is about, what was seen, and what to do."""

    well: bool
    about: str
    text: str
    hint: str = ""


def diagnosis(seen: Checkup, options: Options, environ: Mapping[str, str]) -> tuple[Line, ...]:
    """From what is used to what it costs."""
    return (
        _interpreter(seen, options, environ),
        _suite(seen),
        _plain(seen),
        _processes(seen),
        *_plugins(seen),
        _lanes(seen),
        *_databases(environ, DatabaseTerms.decode(options.databases)),
        _room(Path(options.folder)),
        _cost(seen, options),
    )


def _interpreter(seen: Checkup, options: Options, environ: Mapping[str, str]) -> Line:
    told = f"{options.python}: Python {seen.suite.python}, pytest {seen.suite.pytest}"
    other = environment_beside(options.python, environ, Path.cwd())
    if options.python == sys.executable and other is not None:
        return Line(False, "interpreter", told, f"{other.told} lies here; --python {other.python} would use it")
    return Line(True, "interpreter", told)


def _suite(seen: Checkup) -> Line:
    files = plural(len({test.file for test in seen.suite.tests}), "file")
    tests = plural(len(seen.suite.tests), "test")
    return Line(True, "suite", f"{tests} in {files}, collected as by `{seen.suite.launcher}`")


def _plain(seen: Checkup) -> Line:
    counts = listed(_counted(outcome, number) for outcome, number in sorted(seen.outcomes.items()))
    bad = sum(number for outcome, number in seen.outcomes.items() if outcome not in GOOD_OUTCOMES)
    told = f"{counts or 'no test ran'} in {duration(seen.plain)}"
    hint = "what fails already is called failing, and nobody is looked for who might be to blame" if bad else ""
    return Line(not bad, "plain pytest", told, hint)


def _counted(outcome: str, number: int) -> str:
    return plural(number, outcome) if outcome == "error" else f"{number:,} {outcome}"


def _processes(seen: Checkup) -> Line:
    if seen.forks:
        return Line(True, "processes", "forked from a collected suite: milliseconds for each test alone")
    why = next((text for text in seen.notes if "new process" in text), "forking is not safe here")
    hint = "only tests under suspicion run alone; that takes longer and shows less"
    return Line(False, "processes", why if "new process" in why else f"{why}: a new process for each order", hint)


def _plugins(seen: Checkup) -> Iterator[Line]:
    if seen.suite.neutralised:
        yield Line(True, "switched off", listed(seen.suite.neutralised))
    told = [f"{name}: {why}" for name, why in _MATTERS.items() if name in seen.suite.plugins]
    yield from (Line(True, "" if number else "plugins", text) for number, text in enumerate(told))


def _lanes(seen: Checkup) -> Line:
    cores = plural(os.cpu_count() or 1, "core")
    told = f"{plural(seen.lanes, 'execution')} at a time, on {cores}"
    return Line(True, "lanes", told)


def _databases(environ: Mapping[str, str], terms: DatabaseTerms) -> Iterator[Line]:
    """Those that the environment names: others are not known before the suite connects to them."""
    for each in rights(environ, terms):
        told = each.reason or "every execution can have a copy of its own"
        hint = _SHARED if each.reason and each.reached else ""
        yield Line(not each.reason, "databases", f"{each.database}: {told}", hint)


def _room(folder: Path) -> Line:
    there = next(each for each in (folder, *folder.resolve().parents) if each.exists())
    free = shutil.disk_usage(there).free
    told = f"{folder} can be written, {free / 1024**3:.1f} GB free"
    well = free >= _LITTLE
    return Line(well, "folder", told, "" if well else "make room, or name another with --folder")


def _cost(seen: Checkup, options: Options) -> Line:
    if seen.measured:
        ratio = f", {seen.most / seen.plain:.0f} times plain pytest" if seen.plain else ""
        return Line(True, "cost", f"{duration(seen.most)}{ratio}: so long took the audit of {seen.measured[:10]}")
    told = f"about {rounded(seen.least)} if nothing leaks, up to about {rounded(seen.most)}"
    if options.budget_unit == "seconds" or options.profile != "standard":
        return Line(True, "cost", told)
    return Line(True, "cost", told, "--budget 10m ends it in time, --profile quick asks less")
