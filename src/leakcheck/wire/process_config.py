"""What the engine tells a process that it starts: encoded once there, decoded once here, by the same class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from leakcheck.errors import Unreadable
from leakcheck.wire.flat import Flat, from_json, to_json

Mode = Literal["control", "root", "single", "warm"]


@dataclass(frozen=True)
class Setup:
    """The engine's orders to a process: which part to play, and where things are.

    `mode` is "control" (outcomes only, nothing watched), "root" (a server of forks), "single" (one order, here) or
    "warm" (a server of forks that are control runs, of what they all import from installed packages).
    `segment` is where it writes; `commands` and `replies` are the pipes of a root. `guard` is the pipe to who ends
    it when the audit is killed, -1 without one. `environ` are variables that the engine has set otherwise.
    `copies` is what names of copies of databases begin with, "" if none are made; `databases` are the user's terms
    for them, encoded.
    """

    mode: Mode
    args: tuple[str, ...]
    launcher: str
    folder: str
    scratch: str
    salt: str
    show_values: bool
    segment: str = ""
    commands: int = -1
    replies: int = -1
    guard: int = -1
    environ: Mapping[str, str] = field(default_factory=dict)
    copies: str = ""
    databases: str = ""

    @property
    def is_root(self) -> bool:
        """Whether it serves forks."""
        return self.mode in ("root", "warm")

    def encode(self) -> str:
        return to_json(_SETUP.plain(self))

    @classmethod
    def decode(cls, text: str) -> Setup:
        """`Unreadable` says which field is wrong."""
        setup = _SETUP.read(from_json(text))
        if setup.is_root and min(setup.commands, setup.replies) < 0:
            raise Unreadable("Setup of a server of forks lacks its pipes")
        return setup


_SETUP = Flat(Setup)
