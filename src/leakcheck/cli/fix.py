"""`leakcheck fix`: a change of source for each root cause, proven before anybody reads it."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated

import typer

from leakcheck.audit import Stored, result_of
from leakcheck.cli.chosen import chosen, find_test_in
from leakcheck.cli.common import AuditId, Config, Folder
from leakcheck.cli.display import ColorWhen, Display
from leakcheck.cli.output import STANDARD_OUTPUT, check_targets, write_report
from leakcheck.cli.settings import settings_for
from leakcheck.cli.way_out import way_out
from leakcheck.errors import Interrupted, UsageError
from leakcheck.options import Settings, did_you_mean
from leakcheck.records import ORDER_DEPENDENT, Result
from leakcheck.reports.formats.terminal import Color, console_for

if TYPE_CHECKING:
    from leakcheck.fixes.causes import Cause

UNFIXED = 1
"""The exit code where not all that was asked for has a proven fix."""
_EXTRA = "Install it where leakcheck is installed: `pip install libcst` (leakcheck's extra `fix` asks for it)."


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user has asked for."""

    what: tuple[str, ...]
    only_list: bool
    review: bool
    write: bool
    allow_dirty: bool
    json: str | None


def fix(
    what: Annotated[list[str] | None, typer.Argument(
        help="Leaks (L1) or tests; all that the audit has found by default.", metavar="[LEAK|TEST]...")] = None,
    only_list: Annotated[bool, typer.Option(
        "--list", help="Tell which causes may have a fix, and run nothing.")] = False,
    review: Annotated[bool, typer.Option("--review", help="Ask for each fix whether to make it.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Make all fixes that are proven.")] = False,
    allow_dirty: Annotated[bool, typer.Option(
        "--allow-dirty", help="Change files, too, that hold what is not committed.")] = False,
    json: Annotated[str | None, typer.Option(
        "--json", metavar="FILE", help="Write the fixes as JSON (- for standard output).")] = None,
    audit: AuditId = None,
    folder: Folder = None,
    config: Config = None,
    color: ColorWhen = "auto",
) -> int:  # fmt: skip
    """Look for a fix of each root cause, prove it in a copy of the project, and print it as a patch.

    Nothing is written to your sources without --review or --write.
    """
    if find_spec("libcst") is None:
        raise UsageError("`leakcheck fix` needs LibCST, which is not installed", hint=_EXTRA)
    if sum((only_list, review, write)) > 1:
        raise UsageError("--list, --review and --write exclude one another", hint="Give one of them, or none.")
    if json is not None:
        check_targets({"json": json})
    settings = settings_for(config, folder=folder)
    stored = chosen(settings, audit)
    with way_out(settings):
        return _fix(stored, settings, Wish(tuple(what or ()), only_list, review, write, allow_dirty, json), color)


def _fix(stored: Stored, settings: Settings, wish: Wish, color: Color) -> int:
    from leakcheck.audit.fixing.find_fixes import FixSession
    from leakcheck.audit.fixing.refusals import salt_of
    from leakcheck.cli.fixing import Fixing
    from leakcheck.fixes.causes import causes_of
    from leakcheck.progress import Silent
    from leakcheck.reports.json.remedies import remedies_as_json

    salt = salt_of(stored)
    result = result_of(stored.folder, settings.judging, audit=stored.audit)
    causes = _wanted(wish.what, list(causes_of(result)), stored, settings)
    session = FixSession(stored.audit, result, salt, Silent())
    fixing = Fixing(session, stored.folder, console_for(sys.stdout, color), wish.allow_dirty)
    unknown = [] if wish.what else _without_cause(result)
    if wish.only_list:
        fixing.list(causes, unknown, wish.json)
        return 0
    display = Display(color=color)
    with display.progress() as progress:
        session.progress = progress
        try:
            found = session.find(causes)
        except KeyboardInterrupt:
            raise Interrupted("interrupted: no fix was written") from None
    fixing.keep(found.remedies)
    if wish.json is not None:
        write_report(remedies_as_json(found), wish.json)
    if wish.review:
        fixing.review(found, display)
    elif wish.json != STANDARD_OUTPUT:
        fixing.show(found, unknown)
    if wish.write:
        fixing.write(found)
    return 0 if all(each.standing == "proven" for each in found.remedies) else UNFIXED


def _wanted(what: tuple[str, ...], causes: list[Cause], stored: Stored, settings: Settings) -> list[Cause]:
    """The causes that were asked for: by the id of a leak, or by a test that one of them hurts or that leaks it."""
    if not what:
        return causes
    found: dict[str, Cause] = {}
    leaks = {leak.id: cause for cause in causes for leak in cause.leaks}
    for name in what:
        if name in leaks:
            found[leaks[name].id] = leaks[name]
            continue
        if name[:1] == "L" and name[1:].isdigit():
            raise UsageError(f"no leak {name} in this audit{did_you_mean(name, leaks)}")
        test = find_test_in(stored, name, settings)
        mine = [each for each in causes if _concerns(each, test)]
        if not mine:
            raise UsageError(f"no recorded leak hurts {test}, and it leaves none: there is nothing to fix")
        found.update({each.id: each for each in mine})
    return list(found.values())


def _concerns(cause: Cause, test: str) -> bool:
    return test in cause.polluters or any(edge.test == test for edge in cause.edges)


def _without_cause(result: Result) -> list[str]:
    """Order-dependent tests that no recorded leak is known to hurt."""
    known = {edge.test for edge in result.edges if edge.leak is not None and edge.confirmed}
    return [test.id for test in result.tests if test.verdict in ORDER_DEPENDENT and test.id not in known]
