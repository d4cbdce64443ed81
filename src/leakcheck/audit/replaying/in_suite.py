"""The tests of a run that is over, found in the suite as it is collected now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from leakcheck.audit.replaying.recorded_run import Ran, RecordedRun
from leakcheck.errors import UsageError
from leakcheck.nouns import agreeing, plural
from leakcheck.records import Suite
from leakcheck.search.replayed import Part
from leakcheck.text import some
from leakcheck.wire.run_logs import digest_of

_GROUP = "@"
"""Behind the id of a test, --dist loadgroup tells its group."""


def parts_of(run: RecordedRun, suite: Suite) -> list[Part]:
    """What each process ran, up to the last test that failed there; of a process without one, all.

    `UsageError` if a test that failed is not there any more.
    """
    known = {run.name_of(test): test for test in suite.ids}
    lost = [test for test in run.failed if not _found(test, known)]
    if lost and len(lost) == len(run.failed):
        raise UsageError(
            f"the suite has no test {some(lost, 2)}, which failed in that run",
            hint="Name the same paths as in that run, in the same folder, and have the same sources.",
        )
    return [_part(each, known) for each in run.ran if any(_found(test, known) for test in each.tests)]


def remarks(run: RecordedRun, suite: Suite) -> Iterator[str]:
    """What differs between that run and the suite of now."""
    if run.remark:
        yield run.remark
    known = {run.name_of(test) for test in suite.ids}
    lost = [test for test in dict.fromkeys(run.tests) if not _found(test, dict.fromkeys(known, ""), "x")]
    if lost:
        are = agreeing(len(lost), "is", "are")
        yield f"{plural(len(lost), 'test')} of that run {are} not in the suite, and left out: {some(lost, 2)}"
    changed = [file for file, digest in run.sources.items() if _digest(Path(suite.rootdir, file)) != digest]
    if changed:
        have = agreeing(len(changed), "has", "have")
        yield f"{some(changed, 3)} {have} changed since that run: what failed there may not fail any more"


def _found(test: str, known: Mapping[str, str], default: str = "") -> str:
    """The id of a test by the name that a log gives it."""
    name = test if test in known else test.rpartition(_GROUP)[0]
    return known[name] or default if name in known else ""


def _part(ran: Ran, known: Mapping[str, str]) -> Part:
    failed = _all(ran.failed, known)
    tests = _all(ran.tests, known)
    end = max((tests.index(test) + 1 for test in failed), default=len(tests))
    return Part(ran.worker, tuple(tests[:end]), tuple(failed))


def _all(tests: Sequence[str], known: Mapping[str, str]) -> list[str]:
    return list(dict.fromkeys(test for each in tests if (test := _found(each, known))))


def _digest(file: Path) -> str:
    try:
        return digest_of(file.read_bytes())
    except OSError:
        return ""
