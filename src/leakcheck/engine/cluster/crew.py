"""The host's end of a Dask cluster: who works, what is asked of whom, and what has become of it.

What happens in Dask's own thread becomes news, which the backend takes in its turn.
"""

from __future__ import annotations

import contextlib
import queue
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from distributed import Client, Future, LocalCluster, wait

from leakcheck.engine.cluster import worker
from leakcheck.engine.cluster.check import differences
from leakcheck.engine.cluster.news import Ended, Lost, News, Running
from leakcheck.engine.cluster.terms import Asked, Over, Seen, Terms
from leakcheck.errors import EngineFailed, LeakcheckError

PATIENCE = 60.0
"""Seconds that workers have to come, and to tell what they have."""
_LOOK, _OFTEN = 1.0, 0.05
"""Seconds between two looks at who is there: for as long as somebody is expected to tell, it is looked often."""
_OTHERS = 5.0
"""Seconds that others have to come where the first cannot run anything."""
_LINES, _LONGEST = 5, 400
"""So many lines that a worker has logged are told of it, and so much of each."""
_GRACE = 30.0
"""Seconds for which there may be no worker at all: another may be on its way."""


@dataclass
class Crew:
    """Workers of the cluster `where`. `good` are those which have what the host has, by their addresses, with their
    lanes. `_expected` are those who have not told yet what they have, or that their engine is up."""

    client: Client
    local: LocalCluster | None
    terms: Terms
    host: Seen
    good: dict[str, int] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    news: queue.SimpleQueue[News] = field(default_factory=queue.SimpleQueue)
    shared: str = ""
    cpu: float = 0.0
    _expected: dict[str, Future] = field(default_factory=dict)
    _holds: dict[str, Future] = field(default_factory=dict)
    _asked: dict[tuple[str, ...], tuple[Future, frozenset[str]]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)
    _up: set[str] = field(default_factory=set)
    _said: defaultdict[str, deque[str]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=_LINES)))
    _refused: set[str] = field(default_factory=set)
    _numbers: Iterator[int] = field(default_factory=count)
    _looked: float = 0.0
    _began: float = field(default_factory=time.monotonic)
    _alone_since: float = float("inf")
    _closed: bool = False

    def __post_init__(self) -> None:
        self.client.subscribe_topic(self.topic, self._heard)

    @property
    def slots(self) -> int:
        """How many executions run at a time."""
        return sum(self.good.values())

    @property
    def is_local(self) -> bool:
        """Whether the worker stands in the folder in which the host stands."""
        return self.local is not None

    @property
    def topic(self) -> str:
        return f"leakcheck-{self.terms.audit}"

    # Who works -------------------------------------------------------------------------------------------------

    def watch(self) -> None:
        """See who has come and gone since. EngineFailed if nobody can run anything, from the beginning on."""
        now = time.monotonic()
        if now - self._looked < (_OFTEN if self._expected else _LOOK) or self._closed:
            return
        self._looked = now
        there = self._there()
        for address in [each for each in (*self.good, *self._expected) if each not in there]:
            self._is_gone(address)
        for address in there.keys() - self.good.keys() - self._refused - self._expected.keys():
            self._expected[address] = self._submit(worker.look, self.terms, name="check of a worker", at=[address])
        for address, future in [each for each in self._expected.items() if each[1].done()]:
            self._judge(address, future)
        for address in [each for each in self.good if self._holds[each].done()]:
            self._refuse(address, _why(self._holds[address]))
        self._look_for_stranded()
        self._check(now)

    def _there(self) -> dict[str, int]:
        """The workers of the scheduler, and how many threads each has."""
        with contextlib.suppress(OSError, RuntimeError):
            return {str(address): int(threads) for address, threads in self.client.nthreads().items()}
        return {}

    def _judge(self, address: str, future: Future) -> None:
        """What was expected of a worker has come: what it has, or that its engine is up, or why neither will."""
        seen = future.result() if future.status == "finished" else None
        wrong = _why(future) if not isinstance(seen, Seen) else "; ".join(differences(self.host, seen))
        if isinstance(seen, Seen) and seen.worker not in ("", address):
            self._names[address] = f"{seen.worker} ({address}, in {seen.project})"
        if wrong:
            self._refuse(address, wrong)
        elif address not in self._holds:
            self._holds[address] = self._submit(
                worker.hold, self.terms, self.topic, name="engine of an audit", at=[address]
            )
        elif address in self._up:
            self.good[address] = self._there().get(address, 1)
            del self._expected[address]
        elif self._holds[address].done():
            self._refuse(address, _why(self._holds[address]))

    def _refuse(self, address: str, why: str) -> None:
        self._refused.add(address)
        self._forget(address)
        self.tell(f"the worker {self._named(address)} is left out: {why}{self._last_words(address)}")

    def _is_gone(self, address: str) -> None:
        if address in self.good:
            told = f"the worker {self._named(address)} is gone: what it ran was run elsewhere"
            self.tell(f"{told}{self._last_words(address)}")
        self._forget(address)

    def _last_words(self, address: str) -> str:
        """What it has warned of at last."""
        said = self._said.get(address)
        return f". Its log ends with: {' | '.join(said)}" if said else ""

    def _named(self, address: str) -> str:
        return self._names.get(address, address)

    def _forget(self, address: str) -> None:
        self.good.pop(address, None)
        self._expected.pop(address, None)
        hold = self._holds.pop(address, None)
        if hold is not None:
            hold.cancel()

    def _check(self, now: float) -> None:
        if self.good:
            self._began, self._alone_since = float("inf"), now
        elif self._began == float("inf") or self._expected:
            return
        elif self._refused and now - self._began > _OTHERS:
            raise EngineFailed(
                "no worker of the cluster can run this suite",
                detail="\n".join(f"  {each}" for each in self.notes),
                hint="Give each the environment and the sources that are here: see docs/cluster.md.",
                option="cluster",
            )
        elif now - self._began > PATIENCE:
            raise EngineFailed(
                f"no worker has come to the cluster within {PATIENCE:g} s",
                hint="Start workers of Dask in the project's folder, with the project's environment.",
                option="cluster",
            )

    @property
    def is_deserted(self) -> bool:
        """Whether there is no worker any more, and none comes."""
        return self._closed or time.monotonic() - self._alone_since > _GRACE

    def tell(self, text: str) -> None:
        """What the user has to know."""
        self.notes.append(text)

    # Executions ------------------------------------------------------------------------------------------------

    def ask(self, asked: Sequence[Asked], name: str) -> Callable[[], None]:
        """Have `asked` be run as one task that is called `name`; it becomes news when it is over. Returns what
        cancels it."""
        tags, at = tuple(each.tag for each in asked), frozenset(self.good)
        future = self._submit(worker.run, self.terms.audit, list(asked), name=name, at=sorted(at))
        self._asked[tags] = future, at
        future.add_done_callback(lambda done: self._is_over(tags, done))

        def cancel() -> None:
            future.cancel()

        return cancel

    def _look_for_stranded(self) -> None:
        """Dask gives a task to another of the workers that were there when it was asked; when none of them is left,
        it has to be asked anew."""
        for tags, (future, at) in list(self._asked.items()):
            if not future.done() and at.isdisjoint(self.good):
                del self._asked[tags]
                self.news.put(Lost(tags, cancelled=False, why="each worker that had it is gone"))
                future.cancel()

    def take(self, seconds: float) -> list[News]:
        """All news, waited for at most so long."""
        found: list[News] = []
        with contextlib.suppress(queue.Empty):
            found.append(self.news.get(timeout=max(seconds, 1e-4)))
            while True:
                found.append(self.news.get_nowait())
        return found

    def _is_over(self, tags: tuple[str, ...], done: Future) -> None:
        asked = self._asked.get(tags)
        if asked is None or asked[0].key != done.key:
            return  # it was stranded, and is asked anew
        del self._asked[tags]
        if done.status == "finished":
            self.news.put(Ended(tags, tuple(done.result())))
        else:
            self.news.put(Lost(tags, done.status == "cancelled", "" if done.status == "cancelled" else _why(done)))

    def _heard(self, event: tuple[float, Any]) -> None:
        match event[1]:
            case {"tag": str(tag), "tests": int(tests), "touches": bool(touches)}:
                self.news.put(Running(tag, tests, touches))
            case {"up": str(address)}:
                self._up.add(address)
            case {"by": str(address), "says": str(text)}:
                self._said[address].append(text[:_LONGEST])

    def _submit(self, function: Any, *args: Any, name: str, at: Sequence[str]) -> Future:
        key = f"{name}-{self.terms.audit[:4]}-{next(self._numbers)}"
        return self.client.submit(function, *args, key=key, workers=list(at), pure=False)

    def close(self, patience: float) -> None:
        """Have every worker put back what was changed, and let go."""
        if self._closed:
            return
        self._closed = True
        with contextlib.suppress(Exception):
            told = self.client.run(worker.end, self.terms.audit, workers=list(self.good), on_error="ignore")
            for over in [each for each in told.values() if isinstance(each, Over)]:
                self.left += over.notes
                self.cpu += 0.0 if self.is_local else over.cpu  # a child of ours is counted with our children
            if self.is_local:
                wait(list(self._holds.values()), timeout=patience)
        for each in self._holds.values():
            each.cancel()
        self.client.close(timeout=patience)
        if self.local is not None:
            self.local.close(timeout=patience)


def _why(future: Future) -> str:
    """Why a task has failed, in one sentence."""
    if future.status != "error":
        return f"its task was {future.status}"
    error = future.exception()
    if isinstance(error, LeakcheckError):
        return ". ".join(filter(None, (error.message, error.hint)))
    if isinstance(error, ImportError):
        return f"it has not the leakcheck of this machine, and its extra dask ({error})"
    return f"{type(error).__name__}: {error}"
