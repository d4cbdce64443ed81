"""Starts the in-suite part in another interpreter."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

import leakcheck
from leakcheck.engine.spawn.guard_client import GROUP, ROOT, Guard
from leakcheck.engine.spawn.hash_seeds import VARIABLE, HashSeeds
from leakcheck.engine.spawn.keeper_client import KeptProcess
from leakcheck.errors import CannotRecord, EngineFailed
from leakcheck.postgres.names import audit_label
from leakcheck.recorder.process.boot import REFUSED
from leakcheck.store import AuditFolder
from leakcheck.wire.messages import Refused, decode
from leakcheck.wire.process_config import Mode, Setup

_PRIVATE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_NOFOLLOW", 0)
_BOOT = Path(leakcheck.__file__).parent / "recorder" / "process" / "boot.py"


@dataclass(frozen=True)
class Launch:
    """Everything that two processes of one audit have in common."""

    python: str
    args: tuple[str, ...]
    folder: AuditFolder
    scratch: str
    salt: str
    launcher: str = "pytest"
    show_values: bool = False
    databases: str = ""
    guard: Guard | None = None

    def start_root(self, mode: Mode, pipes: tuple[int, int]) -> KeptProcess:
        """Start the root of a tree of forks; `pipes` are (commands to read, replies to write)."""
        return self._start(mode, mode, self.args, pipes)

    def start(
        self, mode: Mode, tag: str, *, args: tuple[str, ...] | None = None, hash_seed: str = ""
    ) -> KeptProcess:
        """Start a process that plays the part `mode`; with the hash seed of all others, if it gets none."""
        return self._start(mode, tag, self.args if args is None else args, hash_seed=hash_seed)

    @property
    def hash_seeds(self) -> HashSeeds:
        """What the user has said, as every process hears it."""
        return HashSeeds.of(os.environ)

    def _start(
        self,
        mode: Mode,
        tag: str,
        args: tuple[str, ...],
        pipes: tuple[int, int] | None = None,
        *,
        hash_seed: str = "",
    ) -> KeptProcess:
        # Not in the audit's folder: with the salt, digests of short secrets could be guessed.
        config = Path(self.scratch, f"{tag}.json")
        try:
            with os.fdopen(os.open(config, _PRIVATE, 0o600), "w", encoding="utf-8") as stream:
                stream.write(self._setup(mode, tag, args, pipes).encode())
            log = self.log(tag).open("wb")
        except OSError as error:
            raise CannotRecord(f"cannot write {config}: {error.strerror}") from error
        guard = () if self.guard is None else (self.guard.pipe,)
        variables = {**os.environ, VARIABLE: hash_seed or self.hash_seeds.own}
        with log:
            try:
                process = KeptProcess.start(
                    [self.python, str(_BOOT), str(config)], log, variables, (*(pipes or ()), *guard)
                )
            except OSError as error:
                raise EngineFailed(
                    f"cannot start {self.python}: {error.strerror}",
                    hint="Name an interpreter with --python.",
                    option="python",
                ) from error
        if self.guard is not None:
            self.guard.watch(process.pid, ROOT if pipes is not None else GROUP)
        return process

    def log(self, tag: str) -> Path:
        """What a process prints. Not in the audit's folder: a failing test prints values."""
        return Path(self.scratch, f"{tag}.log")

    def refusal(self, tag: str) -> Refused | None:
        """Why the process of the segment `tag` said that it cannot audit; None if it did not."""
        try:
            told = decode(Path(self.scratch, f"{tag}.json{REFUSED}").read_bytes())
        except OSError:
            return None
        return told if isinstance(told, Refused) else None

    def read_log(self, tag: str) -> str:
        try:
            return self.log(tag).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise EngineFailed(f"no log of {tag}: {error.strerror}") from error

    def _setup(self, mode: Mode, tag: str, args: tuple[str, ...], pipes: tuple[int, int] | None) -> Setup:
        commands, replies = pipes or (-1, -1)
        own_seed = os.environ.get(VARIABLE)
        return Setup(
            mode=mode,
            args=args,
            launcher=self.launcher,
            folder=str(self.folder.path.absolute()),  # a test may leave the working folder
            scratch=self.scratch,
            salt=self.salt,
            show_values=self.show_values,
            segment=str(self.folder.segment(tag).absolute()),
            commands=commands,
            replies=replies,
            guard=self.guard.pipe if self.guard is not None else -1,
            environ={VARIABLE: own_seed} if own_seed is not None else {},
            copies=audit_label(self.salt) if sys.platform != "win32" else "",
            databases=self.databases,
        )
