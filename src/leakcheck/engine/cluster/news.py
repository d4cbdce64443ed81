"""What has happened to executions that a cluster runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from leakcheck.engine.cluster.terms import Answer, Asked


@dataclass(frozen=True)
class Running:
    """So many tests of `tag` have begun; it `touches` what others meet."""

    tag: str
    tests: int
    touches: bool


@dataclass(frozen=True)
class Ended:
    """A task is over."""

    tags: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Lost:
    """A task will never be over: it was `cancelled`, or `why` not."""

    tags: tuple[str, ...]
    cancelled: bool
    why: str = ""


News = Running | Ended | Lost


class Workers(Protocol):
    """Who runs what is asked. `shared` is why nothing has a copy of its own any more, "" if it has. `notes` are
    what is to be told of workers; `left` is what they have told of files when they ended, (topic, text), and `cpu`
    the seconds that they took."""

    shared: str

    @property
    def notes(self) -> Sequence[str]: ...

    @property
    def left(self) -> Sequence[tuple[str, str]]: ...

    @property
    def cpu(self) -> float: ...

    @property
    def is_local(self) -> bool:
        """Whether one stands in the folder in which the host stands."""
        ...

    @property
    def slots(self) -> int:
        """How many executions run at a time; 0 while nobody has come."""
        ...

    @property
    def is_deserted(self) -> bool:
        """Whether nobody is there, and nobody will come."""
        ...

    def watch(self) -> None:
        """See who has come and gone."""
        ...

    def ask(self, asked: Sequence[Asked], name: str) -> Callable[[], None]:
        """Have `asked` be run as one task that is called `name`; returns what cancels it."""
        ...

    def take(self, seconds: float) -> Sequence[News]:
        """All news, waited for at most so long."""
        ...

    def tell(self, text: str) -> None:
        """Something that the user has to know."""
        ...

    def close(self, patience: float) -> None:
        """Have each put back what was changed, and let go."""
        ...
