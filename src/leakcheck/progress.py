"""What an audit tells while it runs; the command line shows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class UnderWay(NamedTuple):
    """What executions that have not ended are at: how many tests they have begun, and one that runs right now."""

    tests: int = 0
    running: str = ""


@dataclass(frozen=True)
class Outlook:
    """What is still to come, in seconds.

    `phases` are those that come in any case, with what each will take, roughly. `search` is what may be spent
    behind them.
    """

    phases: Mapping[str, float] = field(default_factory=dict)
    search: float = 0.0


class Progress(Protocol):
    """Phases have a name, a number of steps, and a number of tests that these will run (0: not known), and may tell
    the `question` that they settle, in the words of whoever reads it; `running` is what has been executed, `tests`
    how many tests of the phase that were."""

    def phase(self, name: str, total: int, tests: int = 0, question: str = "") -> None: ...

    def step(self, running: str, tests: int = 0) -> None: ...

    def watch(self, under_way: Callable[[], UnderWay]) -> None:
        """Executions can be asked, at any time and from any thread, what they are at."""

    def expect(self, outlook: Outlook) -> None: ...

    def note(self, text: str) -> None: ...

    def stopping(self) -> None:
        """The audit was asked to end, and puts back what tests have changed."""


class Silent:
    """Tells nothing."""

    def phase(self, name: str, total: int, tests: int = 0, question: str = "") -> None:
        pass

    def step(self, running: str, tests: int = 0) -> None:
        pass

    def watch(self, under_way: Callable[[], UnderWay]) -> None:
        pass

    def expect(self, outlook: Outlook) -> None:
        pass

    def note(self, text: str) -> None:
        pass

    def stopping(self) -> None:
        pass
