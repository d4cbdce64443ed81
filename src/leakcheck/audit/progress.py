"""What an audit tells while it runs; the command line shows it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Phases have a name and a number of steps; `running` is what is being executed right now."""

    def phase(self, name: str, total: int) -> None: ...

    def step(self, running: str) -> None: ...

    def note(self, text: str) -> None: ...


class Silent:
    """Tells nothing."""

    def phase(self, name: str, total: int) -> None:
        pass

    def step(self, running: str) -> None:
        pass

    def note(self, text: str) -> None:
        pass
