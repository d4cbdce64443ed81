"""Where an audit is, and how much of it is left: numbers only, drawn elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from leakcheck.cli.left import TimeLeft, steady
from leakcheck.progress import Outlook, UnderWay

BY_TEST = frozenset({"declared", "orders", "isolated", "turns"})
"""Phases whose work is told in tests; that of the others in executions."""
UNITS = {"fixes": "causes"}
"""What is counted in these phases, which are no executions."""
_TOLD, _MEASURED, _SOME = 0.1, 0.3, 3
"""The share of a phase behind which its pace tells something, that behind which it tells all, and the number of
steps that does however many there are."""


STAGES = (
    frozenset({"collect"}),
    frozenset({"control", "declared"}),
    frozenset({"isolated", "orders", "turns", "meant"}),
    frozenset({"names", "pairs", "elsewhere", "explain", "latent", "deep", "alternatives"}),
    frozenset({"confirm", "crowds", "cleaners", "lines", "seeds", "used", "quiet"}),
)
"""What every audit goes through: collecting, the order as it stands, each test alone and other orders, who breaks
what, and the proof. A later stage may ask a question of an earlier one; what is told never goes back."""


class Moment(NamedTuple):
    """What is shown. `total` is 0 where it is not known; `left` is None where nothing can be said; `stage` counts
    from 1, and is 0 outside of audits."""

    phase: str = ""
    done: int = 0
    total: int = 0
    unit: str = ""
    running: str = ""
    elapsed: float = 0.0
    left: TimeLeft | None = None
    stopping: bool = False
    stage: int = 0
    question: str = ""


class Course:
    """Follows an audit. `clock` tells seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began = self._phase_began = clock()
        self._phase, self._total, self._unit = "", 0, ""
        self._done = self._shown = 0
        self._running = self._question = ""
        self._stage = 0
        self._under_way: Callable[[], UnderWay] = UnderWay
        self._ahead: dict[str, float] = {}
        self._prior: float | None = None
        self._search = self._deadline = 0.0
        self._left: TimeLeft | None = None
        self._asked = self._began
        self._stopping = False

    def phase(self, name: str, total: int, tests: int = 0, question: str = "") -> None:
        by_test = name in BY_TEST and tests > 0
        self._phase, self._total = name, tests if by_test else total
        self._unit = "tests" if by_test else UNITS.get(name, "runs")
        self._done = self._shown = 0
        self._phase_began = self._clock()
        self._prior = self._ahead.pop(name, None)
        self._running, self._question = "", question
        self._stage = max(self._stage, *(number for number, names in enumerate(STAGES, 1) if name in names), 0)

    def step(self, running: str, tests: int = 0) -> None:
        self._running = running
        self._done += tests if self._unit == "tests" else 1

    def watch(self, under_way: Callable[[], UnderWay]) -> None:
        self._under_way = under_way

    def expect(self, outlook: Outlook) -> None:
        self._ahead = dict(outlook.phases)
        self._search = outlook.search
        self._deadline = 0.0 if outlook.phases else self._clock() + outlook.search

    def stop(self) -> None:
        self._stopping = True

    def now(self) -> Moment:
        """What to show now."""
        at = self._under_way()
        done = self._done + (at.tests if self._unit == "tests" else 0)
        self._shown = max(self._shown, min(done, self._total))
        now = self._clock()
        self._left = steady(self._left, self._estimate(now), now - self._asked)
        self._asked = now
        return Moment(
            self._phase,
            self._shown,
            self._total if self._phase != "collect" else 0,
            self._unit,
            at.running or self._running,
            now - self._began,
            self._left,
            self._stopping,
            self._stage,
            self._question,
        )

    def _estimate(self, now: float) -> TimeLeft | None:
        """From the least to the most that is left of the whole audit; None before the declared order is known."""
        if not self._search and not self._ahead:
            return None
        low = (self._of_phase(now) or 0.0) + sum(self._ahead.values())
        return TimeLeft(low, max(low, self._deadline - now) if self._deadline else low + self._search)

    def _of_phase(self, now: float) -> float | None:
        """What is left of the phase: as was thought before, and by its own pace the further it is."""
        share = self._shown / self._total if self._total else 0.0
        spent = now - self._phase_began
        if self._prior is None:
            return spent / share - spent if share >= _TOLD or self._shown >= _SOME else None
        trust = min(1.0, share / _MEASURED)
        whole = (1 - trust) * self._prior + (trust * spent / share if share else 0.0)
        return max(0.0, whole - spent)
