"""Between the tests of a row: whether the last one has left anything, and a fresh beginning for the next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from leakcheck.probes import Probes
from leakcheck.recorder.deep.deep_look import DeepLook, Difference
from leakcheck.recorder.deep.traces import Traces
from leakcheck.recorder.process.random_seeds import Chance
from leakcheck.recorder.process.shared_resources import renew_temporary_folder
from leakcheck.records import TestRun
from leakcheck.wire.events import Deep

_QUIET = ("passed", "skipped")


@dataclass(frozen=True)
class Row:
    """What watches a row: a look at the project's modules, and traces of any other sort."""

    look: DeepLook
    traces: Traces
    chance: Chance
    config: Any

    @classmethod
    def begin(cls, look: DeepLook, probes: Probes, outside: Callable[[], int], chance: Chance, config: Any) -> Row:
        return cls(look, Traces(probes, outside), chance, config)

    def renew(self) -> None:
        """What a process of its own would give to the next test."""
        renew_temporary_folder(self.config)
        self.chance.start_over()

    def is_quiet(self, run: TestRun | None, found: Sequence[Difference]) -> bool:
        """Whether a test simply passed and left nothing but what it was the first to use."""
        if run is None or run.outcome not in _QUIET or run.changes or run.finalised or run.wider:
            return False
        return all(each.first_use for each in found) and not self.traces.any()

    def told(self, found: Sequence[Difference], test: str, *, alone: bool) -> list[Deep]:
        """What is to be recorded: everything of a test that was alone; of others, not what stood nowhere before."""
        wanted = (each for each in found if alone or not each.from_nothing)
        changes = tuple(self.look.change(each, test) for each in wanted)
        return [Deep(changes, self.look.loaded.names())] if alone or changes else []

    def put_back(self, found: Sequence[Difference]) -> bool:
        """Put back what first use has made; whether all of it was."""
        return self.traces.put_back(found)
