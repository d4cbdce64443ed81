"""A view of the project's files that one execution has for itself: what it changes there, nobody else meets.

The files below the rootdir stay as they are, under their names: a layer lies over them, in a mount namespace that
goes with the last process of the execution. What the layer holds then is what was changed, by whatever means. Where
that cannot be had, or would not be the same, nothing happens, and why is told in the scratch folder.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from leakcheck.recorder.syscalls import Real

ASKED = "views.json"
"""In the scratch folder: there are to be views, and how they are made."""
REFUSED = "views-refused"
"""Beside it: why some process had none, one sentence a line."""
PORTS, OPEN = "views-ports", "views-open-"
"""Beside it: there are to be networks as well; but not for the execution whose tag follows."""
NETWORK = "network"
"""In the folder of a layer: its process has a network of its own."""
LAYER, UPPER, WORK, MARK = "own", "up", "wo", "root"
"""How the folder of a layer is called, and what is in it: `MARK` holds the rootdir, once the layer lies over it."""
_DELETED = " (deleted)"
_join, _readlink, _realpath, _lexists = os.path.join, os.readlink, os.path.realpath, os.path.lexists
_mkdir, _chdir, _getcwd, _open = os.mkdir, os.chdir, os.getcwd, open


@dataclass(frozen=True)
class Views:
    """How views are made: `user` says whether it takes a namespace of users."""

    scratch: str
    user: bool

    @classmethod
    def asked(cls, scratch: str) -> Views | None:
        """None if nobody has asked for views, or not any more."""
        try:
            with _open(_join(scratch, ASKED), encoding="ascii") as stream:
                return cls(scratch, bool(json.load(stream)["user"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def prepare(self) -> None:
        """Load what forks of this process need for it."""
        import leakcheck.recorder.outside.namespaces  # noqa: F401

    def enter(self, root: str, folder: str, tag: str) -> str:
        """Give this process, which runs `tag`, a view of what lies below `root`; the audit's `folder` stays what it
        is. Returns where the layer is; "" if it has none."""
        layer = _join(self.scratch, f"{LAYER}{tag}-{Real.getpid()}")
        try:
            why = self._enter(root, _realpath(folder), layer)
        except OSError as error:
            why = f"{error.strerror or error}"
        if why:
            with suppress(OSError), _open(_join(self.scratch, REFUSED), "a", encoding="utf-8") as stream:
                stream.write(f"{why}\n")
        return "" if why else layer

    def _is_apart(self, layer: str) -> bool:
        """Whether its process shall have a network of its own."""
        tag = os.path.basename(layer).removeprefix(LAYER).rpartition("-")[0]
        return networks_asked(self.scratch) and not _lexists(_join(self.scratch, f"{OPEN}{tag}"))

    def _enter(self, root: str, folder: str, layer: str) -> str:
        """Why not; "" if it has one from now on."""
        why = next(refusals(root, self.scratch, folder), "")
        if why:
            return why
        from leakcheck.recorder.outside import namespaces

        for each in (layer, _join(layer, UPPER), _join(layer, WORK)):
            _mkdir(each, 0o700)
        here, had = _getcwd(), namespaces.rights()
        try:
            namespaces.leave_mounts(user=self.user)
            kept = folder if _is_in(folder, root) else ""
            namespaces.cover(root, layer, kept, user=self.user)
            if self._is_apart(layer):
                namespaces.leave_network()
                _mkdir(_join(layer, NETWORK), 0o700)
        finally:
            if self.user:
                namespaces.keep_rights(had)
        _chdir(here)  # what it was is below the layer
        with _open(_join(layer, MARK), "w", encoding="utf-8", errors="surrogateescape") as stream:
            stream.write(root)
        return ""


def networks_asked(scratch: str) -> bool:
    """Whether who has a view is to have a network as well."""
    return _lexists(_join(scratch, PORTS))


def refusals(root: str, scratch: str, folder: str) -> Iterator[str]:
    """Why this process cannot have a view of `root` in which everything is as it is without."""
    if root in (os.sep, folder):
        yield f"{root} holds more than a project"
    if _is_in(scratch, root):
        yield "the temporary folder lies below the rootdir"
    if len(Real.listdir("/proc/self/task")) > 1:
        yield "the import of the suite starts threads, which would go on without it"
    inside = (path for path in mounts() if path != root and _is_in(path, root))
    yield from (f"{path} is mounted below the rootdir" for path in inside)
    held = (path for path in (*_open_files(), *_shared_memory()) if _is_in(path, root) and not _is_in(path, folder))
    yield from (f"the import of the suite holds {os.path.relpath(path, root)} open" for path in held)


def mounts() -> Iterator[str]:
    """Where something is mounted."""
    with _open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as stream:
        for line in stream:
            yield _plain(line.split(" ", 5)[4])


def _plain(text: str) -> str:
    """Blanks and the like are told by their numbers."""
    for number in (0o40, 0o11, 0o12, 0o134):
        text = text.replace(f"\\{number:03o}", chr(number))
    return text


def _open_files() -> Iterator[str]:
    for name in Real.listdir("/proc/self/fd"):
        with suppress(OSError):
            path = _readlink(f"/proc/self/fd/{name}")
            if path.startswith(os.sep) and not path.endswith(_DELETED):
                yield path


def _shared_memory() -> Iterator[str]:
    """Files that are changed by writing to memory."""
    with _open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as stream:
        for line in stream:
            words = line.rstrip("\n").split(maxsplit=5)
            if len(words) == 6 and words[1].endswith("s"):
                yield words[5]


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(_join(folder, ""))


def trial(root: str, layer: str, folder: str, *, user: bool) -> Iterable[str]:
    """Have a view of `root` in this very process, which is there for nothing else; why it cannot have one, and what
    is otherwise in it than it should be, in words."""
    why = next(refusals(root, os.path.dirname(layer), folder), "")
    if why:
        yield why
        return
    from leakcheck.recorder.outside import namespaces

    had = namespaces.rights()
    namespaces.leave_mounts(user=user)
    namespaces.cover(root, layer, "", user=user)
    if user:
        namespaces.keep_rights(had)
    name = f"leakcheck-trial-{Real.getpid()}"
    with _open(_join(root, name), "x", encoding="ascii") as stream:
        stream.write("tried")
    if not os.path.exists(_join(layer, UPPER, name)):
        yield "what is written does not go to the layer"
    os.unlink(_join(root, name))
    if os.path.lexists(_join(root, name)):
        yield "what is removed stays"
