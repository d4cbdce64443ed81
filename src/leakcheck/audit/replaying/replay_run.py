"""An audit that asks why tests failed in a run that is over."""

from __future__ import annotations

from leakcheck.audit.replaying.in_suite import parts_of, remarks
from leakcheck.audit.replaying.recorded_run import RecordedRun
from leakcheck.audit.run_audit import run_audit
from leakcheck.engine import Job
from leakcheck.options import Options
from leakcheck.progress import Progress
from leakcheck.records.topics import Topic
from leakcheck.search.calibrate import calibrate
from leakcheck.search.few_tests import FewTestsSession
from leakcheck.search.replayed import replay
from leakcheck.search.session import AuditSession
from leakcheck.store import AuditFolder


def replay_run(run: RecordedRun, name: str, options: Options, progress: Progress) -> AuditFolder:
    """Replay `run`, which people call `name`: an audit that is stored as any other."""

    def ask(bench: AuditSession, control: Job) -> AuditSession:
        # Before anything can go wrong: whoever looks at this audit later has to know what it is.
        bench.note(Topic.REPLAY, f"this audit replays {name}, and asks only why tests failed there")
        parts = parts_of(run, bench.suite)
        wanted = frozenset(test for each in parts for test in each.failed)
        few = FewTestsSession(
            bench.engine,
            bench.options,
            bench.progress,
            bench.suite,
            notes=bench.notes,
            ends=bench.ends,
            wanted=wanted,
        )
        for text in remarks(run, few.suite):
            few.note(Topic.REPLAY, text)
        calibrate(few, control)
        replay(few, parts)
        return few

    return run_audit(options, progress, ask=ask)
