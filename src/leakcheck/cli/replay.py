"""`leakcheck replay`: a run with several workers has failed; the sequence that led there is run again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from leakcheck.audit.replaying.choosing_log import newest_run, read_run
from leakcheck.audit.replaying.recorded_run import RecordedRun
from leakcheck.audit.replaying.replay_run import replay_run
from leakcheck.cli.common import BaselineFile, Config, FailOnOption, Folder
from leakcheck.cli.display import ColorWhen, Display, Quiet, Verbose
from leakcheck.cli.formats import Targets, check_formats, offers_formats
from leakcheck.cli.given import Given
from leakcheck.cli.options import Asked, asked_for, offers_options
from leakcheck.cli.settings import settings_for
from leakcheck.cli.shown import show_audit, so_far
from leakcheck.cli.tests import find_test
from leakcheck.cli.way_out import way_out
from leakcheck.errors import UsageError

_OTHER = "That run has other tests; name another log with --log."
_AGAIN = "Name the test that failed with --test, or another log with --log."


@offers_formats
@offers_options
def replay(
    context: typer.Context,
    asked: Asked,
    log: Annotated[str | None, typer.Option("--log", metavar="LOG",
        help="The run: a folder that the guard has kept, a file of pytest-reportlog, or JUnit XML. [default: the "
             "newest run below the folder of audits in which a test failed]")] = None,
    test: Annotated[str | None, typer.Option("--test", metavar="TEST",
        help="The only test to explain: its id, or a part that no other test of the run has. [default: all that "
             "failed there]")] = None,
    fail_on: FailOnOption = None,
    folder: Folder = None,
    baseline: BaselineFile = None,
    config: Config = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    color: ColorWhen = "auto",
    *,
    targets: Targets,
) -> int:  # fmt: skip
    """Explain why a run with workers (pytest -n) failed: run again what the worker ran, and prove who is to blame.

    Name the same paths as in that run. The result is an audit like any other, about the tests that failed there.
    """
    display = Display(quiet, verbose, color)
    typed: Given = context.obj
    check_formats(targets)
    given = asked_for(asked, pytest_args=typed.for_pytest or None, folder=folder)
    settings = settings_for(config, **given, fail_on=fail_on, baseline=baseline)
    with way_out(settings, typed):
        where = Path(log) if log is not None else newest_run(Path(settings.options.folder))
        run = _chosen(read_run(where), where, test)
        with so_far(settings.judging, targets, display), display.progress() as progress:
            audit = replay_run(run, str(where), settings.options, progress)
        return show_audit(audit, settings.judging, targets, display)


def _chosen(run: RecordedRun, where: Path, test: str | None) -> RecordedRun:
    """The run, with the tests that are to be explained."""
    if test is not None:
        return run.about(find_test(test, list(dict.fromkeys(run.tests)), place="that run", hint=_OTHER))
    if not run.failed:
        raise UsageError(f"no test failed in {where}", hint=_AGAIN)
    return run
