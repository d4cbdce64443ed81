"""How copies of databases are called: whose they are can be told from their names, by anybody who finds one."""

from __future__ import annotations

import os
import platform
import re
from hashlib import blake2b
from typing import NamedTuple

BASE = "base"
"""In place of a process: what the database was when the audit came upon it."""
_NAME = re.compile(r"leakcheck_([0-9a-f]{8})_([0-9a-f]{8})_([0-9]{1,10})_([0-9a-f]{8})_(base|[0-9]{1,10})")
_kill, _readlink = os.kill, os.readlink


class Copy(NamedTuple):
    """Made by the audit of this digest, on the machine of this digest, by the process `auditor`, of the database of
    this digest, for the process `user` or as the base."""

    audit: str
    machine: str
    auditor: str
    database: str
    user: str

    def __str__(self) -> str:
        return f"leakcheck_{'_'.join(self)}"

    @classmethod
    def of(cls, label: str, database: str, user: str) -> Copy:
        audit, machine, auditor = label.split("_")
        return cls(audit, machine, auditor, database, user)

    @classmethod
    def read(cls, name: str) -> Copy | None:
        """None if it is not the name of a copy."""
        found = _NAME.fullmatch(name)
        return None if found is None else cls(*found.groups())

    @property
    def is_left(self) -> bool:
        """Whether its audit ran on this machine, and does no more."""
        return self.machine == this_machine() and not is_alive(int(self.auditor))


def audit_label(salt: str) -> str:
    """What the names of all copies of the audit with this salt begin with, made by this process."""
    return f"{digest(f'audit {salt}')}_{this_machine()}_{os.getpid()}"


def digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=4).hexdigest()


def this_machine() -> str:
    """Where a number of a process means the same."""
    try:
        space = _readlink("/proc/self/ns/pid")
    except OSError:
        space = ""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as stream:
            boot = stream.read()
    except OSError:
        boot = platform.node()
    return digest(f"{boot} {space}")


def is_alive(pid: int) -> bool:
    try:
        _kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
