"""What pytest is doing right now: the cause that a write is charged to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cause:
    """`lifetime` names what must undo a write: ("test", n), ("fixture", n), ("import", file) or ("start",)."""

    lifetime: tuple[str | int, ...]
    phase: str = "import"
    fixture: str | None = None
    scope: str | None = None
    file: str = ""

    @property
    def kind(self) -> str:
        return str(self.lifetime[0])


UNKNOWN = "?"
START = Cause(("start",))


class Causes:
    """A stack of causes; the innermost is charged."""

    def __init__(self) -> None:
        self._stack: list[Cause] = [START]

    @property
    def current(self) -> Cause:
        return self._stack[-1]

    def sharer(self) -> str:
        """The fixture that is being set up or torn down, if several tests share it; "?" where it is pytest or a
        plugin, between the fixtures, and "" where it is the test itself or what only it has."""
        cause = self.current
        if cause.kind == "fixture":
            return cause.fixture or UNKNOWN
        return UNKNOWN if cause.phase in ("setup", "teardown") and cause.fixture is None else ""

    def push(self, cause: Cause) -> None:
        self._stack.append(cause)

    def pop(self, cause: Cause) -> None:
        """Take `cause` off, with all that was left above it."""
        if self._stack[-1] is cause:
            self._stack.pop()
            return
        for place in range(len(self._stack) - 1, -1, -1):
            if self._stack[place] is cause:
                del self._stack[place:]
                return

    @contextmanager
    def during(self, cause: Cause) -> Iterator[None]:
        self.push(cause)
        try:
            yield
        finally:
            self.pop(cause)
