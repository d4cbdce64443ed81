"""Starts the in-suite part in another interpreter."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import leakcheck
from leakcheck.engine.spawned import Spawned
from leakcheck.errors import EngineFailed
from leakcheck.store import AuditFolder

HASH_SEED = "20221"
_BOOT = Path(leakcheck.__file__).parent / "recorder" / "boot.py"


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

    def start_root(self, tag: str, pipes: tuple[int, int]) -> Spawned:
        """Start the root of a tree of forks; `pipes` are (commands to read, replies to write)."""
        return self._start("root", tag, self.args, pipes)

    def start(self, mode: str, tag: str, *, args: tuple[str, ...] | None = None) -> Spawned:
        """Start a process that plays the part `mode`."""
        return self._start(mode, tag, self.args if args is None else args)

    def _start(self, mode: str, tag: str, args: tuple[str, ...], pipes: tuple[int, int] | None = None) -> Spawned:
        # Not in the audit's folder: with the salt, digests of short secrets could be guessed.
        config = Path(self.scratch, f"{tag}.json")
        config.write_text(json.dumps(self._config(mode, tag, args, pipes)), encoding="utf-8")
        config.chmod(0o600)
        variables = {**os.environ, "PYTHONHASHSEED": self._hash_seed()}
        with self.log(tag).open("wb") as log:
            try:
                return Spawned.start([self.python, str(_BOOT), str(config)], log, variables, pipes or ())
            except OSError as error:
                raise EngineFailed(
                    f"cannot start {self.python}: {error.strerror}", hint="Name an interpreter with --python."
                ) from error

    def log(self, tag: str) -> Path:
        """What a process prints. Not in the audit's folder: a failing test prints values."""
        return Path(self.scratch, f"{tag}.log")

    def read_log(self, tag: str) -> str:
        try:
            return self.log(tag).read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise EngineFailed(f"no log of {tag}: {error.strerror}") from error

    def _config(
        self, mode: str, tag: str, args: tuple[str, ...], pipes: tuple[int, int] | None
    ) -> dict[str, object]:
        commands, replies = pipes or (-1, -1)
        own_seed = os.environ.get("PYTHONHASHSEED")
        return {
            "mode": mode,
            "args": list(args),
            "launcher": self.launcher,
            "folder": str(self.folder.path.absolute()),  # a test may leave the working folder
            "scratch": self.scratch,
            "salt": self.salt,
            "show_values": self.show_values,
            "segment": str(self.folder.segment(tag).absolute()),
            "commands": commands,
            "replies": replies,
            "environ": {"PYTHONHASHSEED": own_seed} if own_seed is not None else {},
        }

    @staticmethod
    def _hash_seed() -> str:
        own = os.environ.get("PYTHONHASHSEED", "random")
        return HASH_SEED if own == "random" else own
