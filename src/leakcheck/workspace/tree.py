"""The tree below the rootdir as it stands now: listed once, and behind that only where something has stirred."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from leakcheck.workspace.listing import ENVIRONMENT, MAX_ENTRIES, Lister, State, differing, kind_of
from leakcheck.workspace.stirrings import Stirrings


@dataclass
class Tree:
    """`states` is what stood below `root` at the last look. A file that had another name then is looked at each
    time: it may change by that one, which nobody is told of."""

    root: str
    lister: Lister
    stirrings: Stirrings
    states: dict[str, State] = field(default_factory=dict)
    seconds: float = 0.0
    _is_listed: bool = False
    _is_too_large: bool = False

    @classmethod
    def of(cls, root: str, own: Collection[str], trial: Path) -> Tree:
        """What lies in the folders `own` is left out; `trial` is one of them."""
        stirrings = Stirrings(trial)
        return cls(root, Lister(own, stirrings.watch), stirrings)

    def look(self) -> Collection[str] | None:
        """Look again. Returns the paths that are otherwise than at the last look; None if there is more than
        anybody would look through again and again."""
        if self._is_too_large:
            return None
        began = time.monotonic()
        where = self.stirrings.stirred() if self._is_listed else None
        changed = self._list() if where is None else self._look_at(where)
        self._is_too_large = changed is None
        self.seconds += time.monotonic() - began
        return changed

    def linked(self) -> list[tuple[int, str]]:
        """(number, path) of the files that have another name."""
        return [(self.states[path][0], path) for path in sorted(self.lister.linked) if path in self.states]

    def close(self) -> None:
        """From now on nobody tells, and each look is at everything."""
        self.stirrings.close()

    def _list(self) -> Collection[str] | None:
        self.lister.linked.clear()
        self.lister.environments.clear()
        found = self.lister.below(self.root)
        if found is None:
            return None
        changed = tuple(differing(self.states, found))
        self.states, self._is_listed = found, True
        return changed

    def _look_at(self, where: set[str]) -> Collection[str] | None:
        if any(os.path.basename(path) == ENVIRONMENT for path in where):
            return self._list()  # whether its folder is left out may be otherwise from now on
        changed: set[str] = set()
        linked = set(self.lister.linked)
        for path in sorted(where | linked):
            if self._is_listed_in(os.path.dirname(path)):
                changed.update(self._renew(path))
        if not self.lister.linked <= linked:  # of the file that was given another name, nothing is told
            changed.update(self._list() or ())
        return changed if len(self.states) <= MAX_ENTRIES else None

    def _is_listed_in(self, folder: str) -> bool:
        """Whether what lies in `folder` is listed. Who was watched once may be left out by now."""
        return (folder == self.root or folder in self.states) and folder not in self.lister.environments

    def _renew(self, path: str) -> Collection[str]:
        """Look at `path` and at what is below it. A folder that was made anew is not watched any more."""
        before, now = self._at(path), self.lister.at(path)
        changed = tuple(differing(before, now))
        for name in before:
            del self.states[name]
        self.states.update(now)
        return changed

    def _at(self, path: str) -> dict[str, State]:
        state = self.states.get(path)
        if state is None:
            return {}
        if kind_of(state) != stat.S_IFDIR:
            return {path: state}
        inside = os.path.join(path, "")
        return {name: each for name, each in self.states.items() if name == path or name.startswith(inside)}
