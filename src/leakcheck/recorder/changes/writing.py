"""The recorder as an audit has it: what each test did is written down."""

from __future__ import annotations

from typing import Any

import pytest

from leakcheck.recorder.changes.hooks import RecorderPlugin
from leakcheck.recorder.syscalls import Real
from leakcheck.records import TestRun
from leakcheck.wire.events import Finished, Started


class WritingRecorder(RecorderPlugin):
    """Writes `Started` and `Finished` around every test, with what changed and what was read. `last` is what was
    recorded last."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.last: TestRun | None = None

    def _tell_begun(self, item: pytest.Item) -> None:
        assert self.segment is not None
        self.segment.write(Started(self.test_id(item), Real.clock()))

    def _finish(self, item: pytest.Item, seconds: float) -> None:
        assert self.segment is not None
        elsewhere = () if self._watchpoints is None else self._watchpoints.changes(self.test_id(item))
        self._book.let_go()
        run = TestRun(
            test=self.test_id(item),
            outcome=self._outcomes.outcome,
            phases=self._outcomes.phases,
            seconds=round(max(seconds, 0.0), 6),
            crash=self._outcomes.crash,
            reads=self._book.consulted(),
            changes=(*(self._changes or ()), *elsewhere),
            finalised=tuple(self._finalised),
            wider=self._outcomes.wider,
            renewed=self._book.renewed(),
            sightings=self._book.sightings(),
        )
        self.segment.write(Finished(run))
        self.last = run
