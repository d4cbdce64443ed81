"""What a probe has to be: the contracts, and the few values that they speak of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextvars import Context
from types import ModuleType
from typing import Any, Protocol

from leakcheck.records import About, PathChange, Tracking
from leakcheck.snapshots.containers import Holder
from leakcheck.snapshots.markers import MISSING
from leakcheck.snapshots.putting_back import put_back
from leakcheck.snapshots.table_rows import Show


class Ledger(Protocol):
    """What a probe of owned state tells: the recorder's book of owners, reads and writes."""

    def born(self, probe: KindOfState, owner: object) -> None:
        """`owner` exists from now on and is to be watched."""

    def asks_for_reads(self, kind: str, *, absent: bool = False) -> bool:
        """Whether anybody wants to know who consults state of this kind (be it for what is `absent`); where not, no
        `read` need be told."""

    def read(self, probe: KindOfState, owner: object, key: str) -> None:
        """The running code consults `key` of `owner` (`records.WHOLE` for all of it)."""

    def written(self, probe: KindOfState, owner: object, key: str | None = None) -> None:
        """The running code has just written `key` of `owner`; None when it may have written any."""

    def touched(self, probe: KindOfState, owner: object, key: str | None = None) -> None:
        """The running code got hold of the value of `key` of `owner` and may be about to change it in place."""


class KindOfState(Protocol):
    """A probe of state that objects own: applications, clients. It is told of reads and writes by patches."""

    kind: str
    tracking: Tracking
    about: About = About()
    in_place: bool
    """Whether values may change where they stand; values of other kinds are only ever replaced."""

    def name(self, owner: Any) -> str | None:
        """A fixed name of `owner`; None if it goes by the place that holds or made it."""
        return None

    def patches(self) -> Mapping[str, Callable[[ModuleType, Ledger], None]]:
        """What to do with which module right after its import, keyed by the module's name."""

    def state(self, owner: Any) -> Mapping[str, object]:
        """The live values of `owner` by key. Runs none of the project's code."""

    def show(self, owner: Any, key: str, value: object) -> str | None:
        """A fixed text for a value that is to be a digest, None for the ordinary photograph."""

    def restore(self, owner: Any, key: str, saved: object) -> None:
        """Put `saved` back under `key`; `MISSING` removes the key."""


Values = Mapping[tuple[str, str], Any]
"""(owner, key) -> value."""


class Setting:
    """A probe of settings, which have fixed names in the process: they are read before and after a test, and
    compared. Subclasses read all values of their kind, and put one back."""

    kind: str
    tracking: Tracking = "compared"
    about: About = About()
    secret = False
    """Whether values are shown as digests."""
    by_use = False
    """Whether it changes by being used, as a state of chance does: no trace, and put back without a word."""

    dear = False
    """Whether to read it takes long: a deep look asks for it, and nobody else."""

    by_fixtures = False
    """Whether what a wider fixture sets is what its tests find: a change is told from there, and put back to there,
    where the next test has the same fixture. Its values are a plain dict."""

    lives_in_fixtures = False
    """Whether it is mostly gone when a wider fixture is: what a test changes alone is looked for before."""

    def read(self) -> Values:
        """What is set now; an `Items` stands for a list or a set. Runs none of the project's code."""
        raise NotImplementedError

    def glance(self) -> Any:
        """What differs from the last time wherever `read` would give something else, and is quicker to have: asked
        after every test, and only where it differs is all of it read. `MISSING`: there is no such thing."""
        return MISSING

    def is_still(self, glance: Any) -> bool:
        """Whether another glance would surely be like this one, if that is quicker to tell than to have."""
        return False

    def prepare(self) -> None:
        """Find what is the same in every fork of this process, before any is made."""

    def value(self, owner: str, key: str) -> Any:
        """One value, `MISSING` if it is not there: asked after every line while its writer is looked for."""
        return self.read().get((owner, key), MISSING)

    def put_back(self, owner: str, key: str, value: Any) -> None:
        """Set one value as `read` gave it; None for what was not there."""
        raise NotImplementedError

    def surroundings(self) -> Context | None:
        """The context for the next test to run in, if something that was put back is so in that alone."""
        return None

    def is_doubtful(self, owner: str, key: str, old: Any, new: Any) -> bool:
        """Whether a package may have made this difference for itself: then it is told only where it hurts."""
        return False

    def paths(self, owner: str, key: str, old: Any, new: Any, show: Show) -> Iterable[PathChange]:
        """Which parts of a value differ, if that can be said: `show(name, value)` is a text without secrets."""
        return ()

    def was(self, before: Values, name: tuple[str, str]) -> Any:
        """What a setting was at an earlier reading, `MISSING` if it was not there."""
        return before.get(name, MISSING)

    def candidates(self, before: Values, after: Values) -> Iterable[tuple[str, str]]:
        """The names whose values may differ between two readings."""
        return [*before, *(each for each in after if each not in before)]


class Held(Protocol):
    """A probe of entries of containers: it says which containers are its own, and puts an entry back."""

    kind: str
    tracking: Tracking
    about: About = About()

    def holds(self, holder: Holder) -> bool:
        """Whether the entries of `holder` are of this kind."""

    def put_back(self, holder: Holder, key: Any, old: Any, *, was_there: bool) -> None:
        """Give one entry its old value, or take it away."""


class Rooted:
    """A probe of what can be reached from something that is no module, and that a deep look enters as a root of its
    kind."""

    kind: str
    tracking: Tracking = "on demand"
    about: About = About()

    def holds(self, holder: Holder) -> bool:
        return holder.root == self.kind and holder.kind != "cache"

    def put_back(self, holder: Holder, key: Any, old: Any, *, was_there: bool) -> None:
        put_back(holder, key, old, was_there=was_there)
