"""Views of the project's files that executions have for themselves: whether they can be had, and what they show."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from leakcheck.errors import UsageError
from leakcheck.own_folders import Own, remove_own
from leakcheck.recorder.outside.views import ASKED, LAYER, MARK, REFUSED, UPPER, WORK
from leakcheck.workspace.layers import Changed, changes

_PATIENCE = 30.0
_IMPORT = "from leakcheck.recorder.outside.views import trial"
_TRIAL = "trial"
_HINT = "Run without --isolation: executions take turns where they change the same files, and these are put back."


@dataclass
class OwnViews:
    """Views that are made in the folder `scratch`."""

    scratch: str
    _found: dict[str, tuple[Changed, ...]] = field(default_factory=dict)

    @classmethod
    def begin(cls, scratch: str, root: str, folder: str, linked: Iterable[tuple[int, str]]) -> OwnViews:
        """Have executions take views of what lies below `root` from now on. `linked` are the files there, by their
        numbers, that have other names. UsageError if that cannot be."""
        user, why = _tried(root, scratch, folder)
        why = why or _twice(linked) or (_foreign(root) if user else "")
        if why:
            raise UsageError(f"executions cannot have views of their own of {root}: {why}", hint=_HINT)
        Path(scratch, ASKED).write_text(json.dumps({"user": user}), "ascii")
        return cls(scratch)

    def end(self) -> bool:
        """From now on nobody gets one; whether anybody would have."""
        try:
            os.unlink(os.path.join(self.scratch, ASKED))
        except OSError:
            return False
        return True

    def has(self, tag: str) -> bool:
        """Whether the execution `tag` has, or had, one."""
        return any(self._layers(tag))

    def changes(self, tag: str) -> tuple[Changed, ...]:
        """What the execution, which is over, has changed below the rootdir."""
        if tag not in self._found:
            uppers = ((os.path.join(layer, UPPER), root) for layer, root in self._layers(tag))
            found = (each for upper, root in uppers for each in changes(upper, root))
            self._found[tag] = tuple(sorted(found, key=lambda each: each.path))
        return self._found[tag]

    def returned(self, tag: str) -> tuple[str, ...]:
        """The same, by name; it is not asked for again."""
        names = tuple(dict.fromkeys(each.path for each in self.changes(tag)))
        del self._found[tag]
        return names

    def refused(self) -> Collection[str]:
        """Why processes had none."""
        try:
            text = Path(self.scratch, REFUSED).read_text("utf-8")
        except OSError:
            return ()
        return tuple(dict.fromkeys(text.splitlines()))

    def _layers(self, tag: str) -> Iterator[tuple[str, str]]:
        """(where it is, the rootdir that it lies over) of the layers of an execution: it may run again."""
        start = f"{LAYER}{tag}-"
        with suppress(OSError):
            for name in os.listdir(self.scratch):
                if name.startswith(start):
                    layer = os.path.join(self.scratch, name)
                    with suppress(OSError):
                        yield layer, Path(layer, MARK).read_text("utf-8", "surrogateescape")


def _tried(root: str, scratch: str, folder: str) -> tuple[bool, str]:
    """(whether it takes a namespace of users, why it cannot be had, in words)."""
    if sys.platform != "linux":
        return False, "that takes Linux"
    why = ""
    for user in (False, True) if os.geteuid() == 0 else (True,):
        why = _try(root, scratch, folder, user=user)
        if not why:
            return user, ""
    return True, why


def _try(root: str, scratch: str, folder: str, *, user: bool) -> str:
    """In a process that is there for nothing else."""
    layer = Own.at(tempfile.mkdtemp(prefix=_TRIAL, dir=scratch))
    for name in (UPPER, WORK):
        os.mkdir(os.path.join(layer.path, name), 0o700)
    code = f"{_IMPORT}\nprint(*trial({root!r}, {layer.path!r}, {folder!r}, user={user}), sep=', ')"
    try:
        done = subprocess.run(
            [sys.executable, "-c", f"import sys\nsys.path[:] = {sys.path!r}\n{code}"],
            capture_output=True,
            text=True,
            timeout=_PATIENCE,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return str(error)
    finally:
        remove_own(layer)
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["the trial ended"])[-1]
    return done.stdout.strip()


def _twice(linked: Iterable[tuple[int, str]]) -> str:
    """A file that has two names below the rootdir would be two from the first write on."""
    found = list(linked)
    counts = Counter(number for number, _ in found)
    names = sorted(path for number, path in found if counts[number] > 1)
    return f"{names[0]} and {names[1]} are one file" if names else ""


def _foreign(root: str) -> str:
    """In a namespace of users, what belongs to others cannot be written, although its mode says so."""
    mine, groups = os.geteuid(), os.getegid()
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            path = os.path.join(folder, name)
            with suppress(OSError):
                found = os.lstat(path)
                if (found.st_uid, found.st_gid) != (mine, groups):
                    return f"{path} belongs to another user or group"
    return ""
