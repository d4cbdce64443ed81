"""State outside the process, seen by an audit hook: files that are written, servers that are talked to.

A fork does not undo what a test writes to a disk. Before a file of the user (see `Places`) changes for the first
time the hook keeps what stands there, and the engine puts it back when the process has ended. SQLite files are kept
with their journals. Servers and fixed ports are only named. What no audit event tells of, the engine compares.

What changes before the first test (by plugins, conftests, imports) changes in every process alike: it is put back
when the audit is over.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from leakcheck.postgres.own_copies import OwnCopies
from leakcheck.recorder.outside.connections import DRIVERS, Peers, is_passing
from leakcheck.recorder.outside.file_copies import below, located, open_folders
from leakcheck.recorder.outside.keeping import append, keep_copy, keep_for_the_end, tell_for_the_end
from leakcheck.recorder.outside.places import Places
from leakcheck.recorder.outside.programs import program_of
from leakcheck.recorder.outside.proofs import proven, undo_key
from leakcheck.recorder.outside.views import NETWORK
from leakcheck.recorder.segment import Segment
from leakcheck.recorder.syscalls import Real
from leakcheck.records import OWN_FILE, OWN_PORT
from leakcheck.snapshots.file_databases import PARTS
from leakcheck.snapshots.frames import ModuleBodies
from leakcheck.snapshots.memory_databases import Connections
from leakcheck.wire.events import Outside, signature

Keep = Callable[[str, str, str], None]
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_KEPT = "kept"
"""In the folder of a layer."""
_isdir, _lexists, _join = os.path.isdir, os.path.lexists, os.path.join


class OutsideWatch:
    """One per process, inherited by forks. `begin` says where the first test is about to start."""

    def __init__(
        self,
        root: str,
        folder: str,
        scratch: str,
        salt: str,
        keep: Keep | None = None,
        sharer: Callable[[], str] = lambda: "",
        connections: Connections | None = None,
        own: OwnCopies | None = None,
    ) -> None:
        """`keep(name, path, copy)` is told of every file that is about to change, by its name in reports. `sharer`
        tells whose doing that is, if several tests share it. `connections` is told of databases that are opened.
        `own` are the databases that no other execution meets."""
        self._folder = folder
        self._scratch = scratch
        self._key = undo_key(salt)
        self._on_kept = keep
        self._sharer = sharer
        self._connections = Connections() if connections is None else connections
        self._own = OwnCopies(scratch, "") if own is None else own
        self._places = Places(root, (folder, scratch))
        self._segment: Segment | None = None
        self._owner = 0
        self._keep = ""
        self._seen: set[str] = set()
        self._told: set[tuple[str, str]] = set()
        self._copies: dict[str, str] = {}
        self._met: set[tuple[str, str, str]] = set()
        self._before: dict[str, None] = {}
        self._bound: set[int] = set()
        self._peers = Peers()
        self._busy = False
        self._layer, self._has_network = "", False
        self.bodies = ModuleBodies(counted=True)
        self._handlers: Mapping[str, Callable[[tuple[Any, ...]], None]] = {
            "exec": self.bodies.on_exec,
            "open": self._on_open,
            "os.remove": self._on_entry,
            "os.rmdir": self._on_entry,
            "os.mkdir": self._on_mkdir,
            "os.truncate": self._on_content,
            "os.chmod": self._on_content,
            "os.chown": self._on_content,
            "os.utime": self._on_content,
            "os.setxattr": self._on_attribute,
            "os.removexattr": self._on_attribute,
            "os.rename": self._on_rename,
            "os.link": self._on_link,
            "os.symlink": self._on_symlink,
            "shutil.rmtree": self._on_tree,
            "sqlite3.connect": self._on_sqlite,
            "sqlite3.connect/handle": self._on_sqlite_handle,
            "subprocess.Popen": self._on_program,
            "os.system": self._on_program,
            "socket.connect": self._on_connect,
            "socket.bind": self._on_bind,
            "tempfile.mkstemp": self._on_temporary,
            "tempfile.mkdtemp": self._on_temporary,
        }

    def install(self) -> None:
        wanted = self._handlers.get

        def hook(event: str, args: tuple[Any, ...]) -> None:
            handler = wanted(event)
            if handler is not None and not self._busy:
                self._handle(handler, args)

        sys.addaudithook(hook)

    def settle_root(self, root: str) -> None:
        self._places.root = root

    def see_apart(self, layer: str) -> None:
        """From now on what this process changes below the rootdir goes to `layer`: nobody else meets it."""
        self._layer, self._has_network = layer, _isdir(_join(layer, NETWORK))

    def begin(self, segment: Segment, keep: str) -> None:
        """From now on keep copies in the folder `keep`, and tell `segment`."""
        self._segment, self._keep = segment, keep
        self._owner = Real.getpid()
        self._peers.begin()
        self._seen.clear()
        self._busy = True
        try:
            for path in self._before:  # its descriptor may be inherited, and written without another `open`
                self._touch(path)
                segment.write(self._event("settled", path, signature(path)))
        finally:
            self._busy = False

    def end_unbegun(self) -> None:
        """Nothing is going to begin here: what was changed until now is as this process leaves it."""
        self._busy = True
        try:
            with suppress(OSError):  # what is not told stays as it is
                for path in self._before:
                    event = self._event("settled", path, signature(path))
                    tell_for_the_end(event, self._folder, self._scratch)
        finally:
            self._busy = False

    def _handle(self, handler: Callable[[tuple[Any, ...]], None], args: tuple[Any, ...]) -> None:
        self._busy = True
        try:
            handler(args)
        except Exception:  # the audited program must not notice; what could not be kept is not told
            pass
        finally:
            self._busy = False

    # What system calls are about to do ---------------------------------------------------------------------------

    def _on_open(self, args: tuple[Any, ...]) -> None:
        path, mode, flags = args
        writes = any(letter in mode for letter in "wax+") if type(mode) is str else bool(flags & _WRITE_FLAGS)
        if not writes or isinstance(path, int):
            return
        name = os.fsdecode(path)
        known = type(mode) is str or os.path.isabs(name)  # else it may be meant from a folder that is not told
        folders = [""] if known else ["", *open_folders()]
        for folder in folders:
            found = os.path.realpath(_join(folder, name))
            if not _isdir(found):
                self._touch(found)

    def _on_entry(self, args: tuple[Any, ...]) -> None:
        self._touch(located(args[0], args[1]))

    def _on_mkdir(self, args: tuple[Any, ...]) -> None:
        path = located(args[0], args[2])
        if path is not None and not _lexists(path):
            self._touch(path)

    def _on_content(self, args: tuple[Any, ...]) -> None:
        self._touch(located(args[0], args[-1] if len(args) > 2 else -1, follow=True))

    def _on_attribute(self, args: tuple[Any, ...]) -> None:
        for follow in (False, True):  # which of both is meant is not told
            self._touch(located(args[0], follow=follow))

    def _on_rename(self, args: tuple[Any, ...]) -> None:
        source, target = located(args[0], args[2]), located(args[1], args[3])
        for path in (source, target):
            self._tree(path)
        if source is not None and target is not None:
            for path in below(source):
                self._touch(target + path[len(source) :])

    def _on_link(self, args: tuple[Any, ...]) -> None:
        """What has two names can be changed by the one that is not watched."""
        for follow in (False, True):
            self._touch(located(args[0], args[2], follow=follow))
        self._touch(located(args[1], args[3]))

    def _on_symlink(self, args: tuple[Any, ...]) -> None:
        self._touch(located(args[1], args[2]))

    def _on_tree(self, args: tuple[Any, ...]) -> None:
        self._tree(located(args[0], args[1] if len(args) > 1 else -1))

    def _on_sqlite(self, args: tuple[Any, ...]) -> None:
        path = self._connections.opening(os.fsdecode(args[0]))
        if not path:
            return
        path = os.path.realpath(path)
        passing = not self._places.counts(path)
        name = os.path.basename(path) if passing else self._places.name(path)
        self._connections.of_file(path, name, passing=passing)
        for part in PARTS:
            self._touch(path + part)

    def _on_sqlite_handle(self, args: tuple[Any, ...]) -> None:
        self._connections.opened(args[0])

    def _on_program(self, args: tuple[Any, ...]) -> None:
        self._own.starts(program_of(*args[:2]))

    def _on_temporary(self, args: tuple[Any, ...]) -> None:
        self._places.is_private(os.path.realpath(os.fsdecode(args[0])))

    def _on_connect(self, args: tuple[Any, ...]) -> None:
        self._meet(args[1])

    def _on_bind(self, args: tuple[Any, ...]) -> None:
        address = args[1]
        if isinstance(address, tuple) and address[1]:
            self._bound.add(address[1])
            self._tell("port", f"{address[0]}:{address[1]}", "")
        elif isinstance(address, str | bytes) and address and os.fsdecode(address)[0] != "\0":
            self._touch(located(address))

    # What was done out of sight ----------------------------------------------------------------------------------

    def look(self, *, quick: bool = False) -> None:
        """Tell of servers that this process is connected to by now, by whatever means. At a quick look, one that
        took the place of another in this phase may be passed over: it is seen at the next."""
        if self._segment is not None and not self._busy and Real.getpid() == self._owner:
            self._handle(self._on_look, (quick,))

    @property
    def told(self) -> int:
        """How much was told since the beginning, by this process and by those that it has forked."""
        try:
            kept = len(os.listdir(self._keep))
        except OSError:
            kept = 0
        return len(self._told) + kept

    def connected(self) -> tuple[str, ...]:
        """Servers that this process is connected to."""
        self._own.rest()
        return tuple(dict.fromkeys(filter(None, map(self._server, Peers().new()))))

    def _on_look(self, args: tuple[Any, ...]) -> None:
        for address in self._peers.new(quick=args[0]):
            self._meet(address)
        for name in DRIVERS:
            if name in sys.modules and not self._own.is_followed(name):
                self._tell("driver", name, "")

    def _meet(self, address: Any) -> None:
        name = "" if self._own.is_own(address) else self._server(address)
        if name:
            self._tell("server", name, "")

    def _server(self, address: Any) -> str:
        """The name of a server that others may talk to as well; "" for one of the test's own."""
        if isinstance(address, tuple) and isinstance(address[0], str):  # else it is of no network
            own = address[1] in self._bound or is_passing(address)
            return "" if own else f"{address[0]}:{address[1]}"
        path = os.fsdecode(address) if isinstance(address, str | bytes) else ""
        shared = os.path.isabs(path) and not self._places.inside(path) and not self._places.in_temp(path)
        return path if shared else ""

    # What is kept ------------------------------------------------------------------------------------------------

    def _tree(self, path: str | None) -> None:
        if path is not None and self._places.counts(path):
            self._touch(path)
            for each in below(path):
                self._touch(each)

    def _touch(self, path: str | None) -> None:
        """`path` is about to change."""
        if path is None:
            return
        if path in self._copies:  # perhaps another test does it now
            self._tell("file", path, self._copies[path])
        if path in self._seen or not self._places.counts(path):
            return
        self._seen.add(path)
        if self._segment is None:
            self._before[path] = None
            if not self._is_own_file(path):
                self._keep_for_the_end(path)
            return
        self._copies[path] = copy = self._kept(path, self._segment)
        self._tell("file", path, copy)
        if self._on_kept is not None and Real.getpid() == self._owner:
            self._on_kept(self._places.name(path), path, copy)

    def _keep_for_the_end(self, path: str) -> None:
        copy = keep_for_the_end(path, self._folder, len(self._seen))
        tell_for_the_end(self._event("file", path, copy, Real.monotonic()), self._folder, self._scratch)

    def _kept(self, path: str, segment: Segment) -> str:
        """Where the copy is: of a file of this process's own, it goes with the layer."""
        own = self._is_own_file(path)
        folder = _join(self._layer, _KEPT) if own else self._keep
        return keep_copy(path, folder, len(self._seen), segment, "" if own else self._scratch)

    def _is_own_file(self, path: str) -> bool:
        return bool(self._layer) and self._places.inside(path)

    def _is_news(self, what: str, name: str, test: str) -> bool:
        """What is loaded, or was touched before the first test, is told once; else once for each test."""
        is_first = (what, name) not in self._told
        self._told.add((what, name))
        met = (what, name, test)
        if what == "driver" or not test or met in self._met or Real.getpid() != self._owner:
            return is_first
        self._met.add(met)
        return True

    def _event(self, what: str, name: str, copy: str, at: float = 0.0, test: str = "") -> Outside:
        """With the proof that it is this audit that tells it."""
        root = self._places.top(name) if what in ("file", "settled") else ""
        return proven(Outside(what, name, copy, at, test, root), self._key)

    def _tell(self, what: str, name: str, copy: str) -> None:
        if what == "file" and self._is_own_file(name):
            what, copy = OWN_FILE, ""
        elif what == "port" and self._has_network:
            what = OWN_PORT
        if self._segment is None or not self._is_news(what, name, self._segment.running):
            return
        now, pid = Real.monotonic(), Real.getpid()
        if pid == self._owner:
            self._segment.write(replace(self._event(what, name, copy, now), fixture=self._sharer()))
        else:  # a test has forked this process, which has no segment: it tells this beside its copies
            os.makedirs(self._keep, mode=0o700, exist_ok=True)
            append(_join(self._keep, f"{pid}.jsonl"), self._event(what, name, copy, now, self._segment.running))
