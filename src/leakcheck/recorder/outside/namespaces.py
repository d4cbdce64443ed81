"""What Linux lets a process have of its own: mounts, with a layer over a folder, and a network without a way out.

By system calls, for which the standard library has no names. Who loads this has asked for it: it brings `ctypes`.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import struct
from _socket import AF_INET, SOCK_DGRAM, socket
from collections.abc import Iterator
from contextlib import contextmanager

_NEWNS, _NEWUSER, _NEWNET = 0x20000, 0x10000000, 0x40000000
_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 1 << 18
_DETACH = 2
_PATH = getattr(os, "O_PATH", 0) | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_CAPABILITIES = 0x20080522
_HEAD, _SETS = struct.Struct("Ii"), struct.Struct("6I")
_SET_FLAGS, _UP = 0x8914, 0x1
_INTERFACE = struct.Struct("16sh22x")
_libc = ctypes.CDLL(None, use_errno=True)


def leave_mounts(*, user: bool) -> None:
    """From now on nobody else sees what is mounted here. `user`: by a namespace of users, for who may not mount
    otherwise. Users keep their numbers there, and get rights that they had not: see `keep_rights`."""
    uid, gid = os.geteuid(), os.getegid()
    _heed(_libc.unshare(_NEWNS | (_NEWUSER if user else 0)))
    if user:
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            with open(f"/proc/self/{name}", "w", encoding="ascii") as stream:
                stream.write(text)
    _mount(None, "/", None, _RECURSIVE | _PRIVATE)


def leave_network() -> None:
    """From now on this process has all ports for itself, and nobody else is reached: behind `leave_mounts`, which
    gives the right to it."""
    _heed(_libc.unshare(_NEWNET))
    any_socket = socket(AF_INET, SOCK_DGRAM)
    try:
        fcntl.ioctl(any_socket.fileno(), _SET_FLAGS, _INTERFACE.pack(b"lo", _UP))
    finally:
        any_socket.close()


def cover(root: str, layer: str, kept: str, *, user: bool) -> None:
    """Mount a layer over the folder `root`: what is changed below it goes to `layer`, which has `up` and `wo`, and
    `root` itself stays as it is. The folder `kept` below it stays the one that it is; "" for none."""
    with _held(root) as below, _held(layer) as place:
        how = "userxattr" if user else "redirect_dir=on"
        options = f"lowerdir={below},upperdir={place}/up,workdir={place}/wo,volatile,{how}"
        if not kept:
            _mount("overlay", root, "overlay", 0, options)
            return
        with _held(kept) as folder:
            _mount("overlay", root, "overlay", 0, options)
            try:
                _mount(folder, kept, None, _BIND)
            except OSError:
                _libc.umount2(os.fsencode(root), _DETACH)
                raise


def rights() -> bytes:
    """What this process may do beyond what its user may."""
    sets = ctypes.create_string_buffer(_SETS.size)
    _heed(_libc.capget(_HEAD.pack(_CAPABILITIES, 0), sets))
    return sets.raw


def keep_rights(sets: bytes) -> None:
    """Give up all rights but these: a namespace gives all of them to who makes it, and no mode of a file would stop
    a test."""
    _heed(_libc.capset(_HEAD.pack(_CAPABILITIES, 0), sets))


@contextmanager
def _held(folder: str) -> Iterator[str]:
    """A path of `folder` in which there is nothing that options of a mount would take for their own."""
    descriptor = os.open(folder, _PATH)
    try:
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str = "") -> None:
    told = [None if each is None else os.fsencode(each) for each in (source, target, kind)]
    _heed(_libc.mount(*told, ctypes.c_ulong(flags), options.encode()))


def _heed(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
