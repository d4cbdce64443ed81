"""`leakcheck order`: a plan by which a suite that leaks can be run in several processes today."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from leakcheck.audit import Stored, result_of
from leakcheck.audit.investigate import why_not
from leakcheck.audit.planning.make_plan import (
    PLUGIN,
    Planned,
    check_plugins,
    command,
    executed,
    file_text,
    planned,
)
from leakcheck.audit.planning.plan_file import PlanKind
from leakcheck.audit.stored_result import replays
from leakcheck.cli.chosen import chosen
from leakcheck.cli.common import AuditId, Config, Folder
from leakcheck.cli.display import ColorWhen, Display
from leakcheck.cli.output import STANDARD_OUTPUT, check_targets, write_report
from leakcheck.cli.settings import settings_for
from leakcheck.cli.way_out import way_out
from leakcheck.errors import UsageError
from leakcheck.nouns import agreeing
from leakcheck.reports.formats.terminal import console_for
from leakcheck.reports.terminal.page import Piece, emit, prose, row
from leakcheck.reports.wording.words import clip, listed, plural
from leakcheck.workspace.salts import kept_salt

NOT_GREEN = 1
"""The exit code where a test fails that passes alone."""
_MOST = 10


def order(
    number: Annotated[int, typer.Option("-n", "--numprocesses", min=1, metavar="N",
        help="To how many processes the tests are shared out.")],
    plan: Annotated[PlanKind, typer.Option("--plan",
        help="For workers of pytest-xdist, or for shards of pytest-split.")] = "xdist",
    out: Annotated[str, typer.Option("--out", metavar="FILE",
        help="Where the plan is written, a plugin of pytest (- for standard output).")] = f"{PLUGIN}.py",
    run: Annotated[bool, typer.Option("--run/--no-run",
        help="Run the plan and the same without it, in a copy of the project; or only write it.")] = True,
    audit: AuditId = None,
    folder: Folder = None,
    config: Config = None,
    color: ColorWhen = "auto",
) -> int:  # fmt: skip
    """Share the tests out to N processes so that no dependence that the last audit has confirmed can act.

    What hurts runs behind whom it hurts, or elsewhere; who needs others runs behind them.
    """
    check_targets({"out": out})
    settings = settings_for(config, folder=folder)
    stored = chosen(settings, audit)
    _check(stored, run=run)
    with way_out(settings):
        found = planned(stored.audit, result_of(stored.folder, settings.judging, audit=stored.audit), number, plan)
        if run:
            check_plugins(stored.audit, plan)
            with Display(color=color).progress() as progress:
                found = executed(found, stored.audit, progress)
        write_report(file_text(found, stored.audit, _module(out)), out)
    if out != STANDARD_OUTPUT:
        emit(console_for(sys.stdout, color), _page(found, out))
    return NOT_GREEN if found.failed else 0


def _check(stored: Stored, *, run: bool) -> None:
    """UsageError unless the audit is one to make a plan of."""
    if replays(stored.audit):
        raise UsageError(
            f"{stored.id} replayed a run, and knows only the tests that failed there",
            hint="Audit the suite with `leakcheck run`, or name another audit with --audit.",
        )
    reason = why_not(stored.audit, kept_salt(stored.folder.path)) if run else ""
    if reason:
        raise UsageError(f"the plan cannot be run: {reason}", hint="Audit again, or write the plan with --no-run.")


def _page(found: Planned, out: str) -> Iterator[Piece]:
    shares, bound = found.shares, found.kept.bound
    mark = ("✗ ", "red") if found.failed else ("✓ ", "green") if found.ran is not None else ("", "")
    tests = plural(sum(map(len, shares.tests)), "test")
    yield row(mark, (f"{tests} in {plural(len(shares.tests), 'share')} of {_sizes(found)}", "bold"))
    late = len(found.kept.behind)
    yield prose(
        f"{plural(len(bound), 'test')} {agreeing(len(bound), 'is', 'are')} bound: {late:,} that hurt others run "
        f"behind them or elsewhere, {len(found.kept.bonds):,} run behind whom they need.",
        indent=2,
    )
    yield from _unkept(found)
    yield prose(_by_audit(found), indent=2)
    yield from _executed(found)
    yield row()
    yield row(("written  ", "dim"), clip(out), indent=2)
    yield row(("run it   ", "dim"), command(found.plan, _module(out)), indent=2)


def _module(out: str) -> str:
    """What pytest loads the plan by, from the folder that the user stands in."""
    return PLUGIN if out == STANDARD_OUTPUT else out.removesuffix(".py").removeprefix("./").replace("/", ".")


def _sizes(found: Planned) -> str:
    return listed([f"{len(tests):,}" for tests in found.shares.tests])


def _unkept(found: Planned) -> Iterator[Piece]:
    """What the plan cannot do."""
    for early, late in found.shares.unkept[:_MOST]:
        yield prose(f"{clip(early)} should run before {clip(late)}, and no sequence has it so.", indent=2)
    stuck = found.kept.stuck
    if stuck:
        yield prose(
            f"{plural(len(stuck), 'test')} {agreeing(len(stuck), 'fails', 'fail')} in any plan, since all "
            f"processes import all files: {clip(', '.join(stuck[:_MOST]))}",
            indent=2,
        )


def _by_audit(found: Planned) -> str:
    more = found.seconds / found.unbound - 1 if found.unbound else 0.0
    told = f"{found.seconds:.2f} s for the longest share, {found.unbound:.2f} s without constraints ({more:+.0%})"
    return f"By the durations of the audit: {told}."


def _executed(found: Planned) -> Iterator[Piece]:
    ran, without = found.ran, found.without
    if ran is None or without is None:
        yield prose("It was not run.", indent=2)
        return
    more = ran.seconds / without.seconds - 1 if without.seconds else 0.0
    yield prose(
        f"Run: {ran.passed:,} passed, {len(ran.failed):,} failed, in {ran.seconds:.1f} s. Without the plan: "
        f"{without.passed:,} passed, {len(without.failed):,} failed, in {without.seconds:.1f} s ({more:+.0%}).",
        indent=2,
    )
    for title, tests in _failures(found):
        yield row((title, "dim"), indent=2)
        yield from (row(clip(test), indent=4) for test in tests[:_MOST])
        if len(tests) > _MOST:
            yield row(f"and {len(tests) - _MOST} more", indent=4)


def _failures(found: Planned) -> Iterator[tuple[str, list[str]]]:
    ran = found.ran.failed if found.ran is not None else ()
    if found.failed:
        yield "failed, and pass alone: what hurts them the audit does not know", list(found.failed)
    known = [test for test in ran if test in found.troubled]
    if known:
        yield "failed, as they do in any order or by chance", known
