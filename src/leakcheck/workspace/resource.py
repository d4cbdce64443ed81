"""State outside the processes that executions share, or are given as their own: the contract of a resource.

What happens with one, in this order: `keep` before anything runs; then, for each execution, `settle` (if nothing
else runs), `lease`, and at its end `compare` and `returned`; `put_back` and `forget` whenever nothing runs any
more; `close` at the end. An audit that ends early calls `stop`, `returned` for what ran, `put_back`, `forget` and
`close`. For an audit that was killed, whoever comes next calls `recover` and `forget`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from leakcheck.store import AuditFolder
from leakcheck.wire.events import Event

Wanted = Literal["not", "if possible", "surely"]


class NoLease(Exception):
    """An execution cannot have anything of its own, and why, in words that tell what would help."""


class UnderWay(Protocol):
    """An execution: the name of its segment, when it began, and whether it is known to change what others meet."""

    tag: str
    began: float
    touches: bool


@dataclass(frozen=True, slots=True)
class AuditPlace:
    """Where an audit keeps what it needs: in `folder`, which outlives a kill, and in `scratch`, which goes with the
    audit. By the `salt` a resource knows what a process of this audit has told from what anybody else has. `views`:
    executions shall have their own view of the project's files, where that can be had or in any case."""

    folder: AuditFolder
    salt: str
    scratch: AuditFolder | None = None
    views: Wanted = "not"


@dataclass(frozen=True, slots=True)
class Lease:
    """What the execution `tag` has of a resource.

    `own`: nobody else meets what it does there, so that it may overlap with others. What is not its own is shared:
    whoever is seen to change it gets its turn, in which nobody else runs. `data` is what the process has to know,
    for the backend to hand on: the name of a database, of a folder, of a namespace. It is stored nowhere.
    """

    resource: Resource
    tag: str
    own: bool = False
    data: Mapping[str, str] = field(default_factory=dict)

    def is_met(self, event: Event) -> bool:
        """Whether others meet what an execution does that tells `event`."""
        return not self.own and self.resource.is_changed_by(event)


@dataclass(frozen=True, slots=True)
class Recovered:
    """What was put back behind a kill, by name, and what could not be, in sentences."""

    changed: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()


class Resource(Protocol):
    """Something outside the processes that can be kept, leased, compared and put back. It is made with an
    `AuditPlace`, and does nothing then. `name` is an identifier: the topic of what the audit tells of it.

    `lease` may raise `NoLease`; what else goes wrong with the state itself is no error but one of `troubles`.
    """

    name: str

    @abstractmethod
    def keep(self, root: str) -> None:
        """Before anything runs: look at what is there. `root` is the folder of the project."""

    def settle(self) -> None:
        """An execution is about to begin while nothing runs: what is there now is what it begins with."""
        return

    @abstractmethod
    def lease(self, tag: str) -> Lease:
        """What the execution `tag` is given: something of its own, or its share. Raises `NoLease` where it should
        have had something of its own and that cannot be had: then it gets its share, which is told once."""
        ...

    def is_changed_by(self, event: Event) -> bool:
        """Whether an execution that tells `event` is about to change what is shared."""
        return False

    def compare(self, job: UnderWay, others: Collection[UnderWay]) -> bool:
        """Look at what `job`, which ran beside `others` and is over, has changed with nobody telling. Returns
        whether it has to run again before anybody knows whose doing that was."""
        return False

    @abstractmethod
    def returned(self, lease: Lease, items: Iterable[Event]) -> tuple[str, ...]:
        """The execution is over, and has told `items`. What was its own goes, and what had changed there is
        returned, by name. What it has changed of what is shared stays until `put_back`."""
        ...

    @abstractmethod
    def put_back(self) -> tuple[str, ...]:
        """Nothing runs: undo what executions have changed of what is shared, as far as that can be done now.
        Returns what had changed, by name. What could not be undone is tried again the next time."""
        ...

    def forget(self) -> None:
        """It is recorded what was put back: what was kept for that, and is needed no more, may go."""
        return

    def is_otherwise(self) -> bool:
        """Nothing runs: whether the user's own is by now something else than executions begin with."""
        return False

    def share(self, why: str) -> bool:
        """With something of their own, executions behave otherwise: from now on all have their share. Returns
        whether any could have had something of its own."""
        return False

    def stop(self, jobs: Sequence[UnderWay]) -> None:
        """Everything ends now; these ran until now. What is known of what they have changed is put back next."""
        return

    @abstractmethod
    def close(self) -> None:
        """Nothing runs any more. What was changed before the first test of any process is undone, and nothing that
        was leased stays. May be called again."""

    def recover(self, items: Iterable[Event]) -> Recovered:
        """Undo what an audit that was killed has left changed; its executions have told `items`. What somebody has
        changed since stays."""
        return Recovered()

    def troubles(self) -> Iterable[str]:
        """What could not be put back, in sentences."""
        return ()

    def left(self, root: str) -> Iterable[str]:
        """What else is not what it was when the audit began, in sentences, which name it as seen from `root`. Asked
        once, behind `close`."""
        return ()
