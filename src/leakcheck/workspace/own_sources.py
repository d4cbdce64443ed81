"""The user's own source files: read, looked up in version control, and written if that was asked for."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from leakcheck.errors import UsageError

MAX_BYTES = 2_000_000
_SECONDS = 60


def read_source(root: Path, file: str) -> str | None:
    """The text of a Python file of the project below `root`; None if it is none, or not in UTF-8."""
    try:
        path = (root / file).resolve()
        if path.suffix != ".py" or not path.is_relative_to(root.resolve()) or _is_installed(path, root.resolve()):
            return None
        return path.read_bytes().decode("utf-8") if path.stat().st_size <= MAX_BYTES else None
    except (OSError, ValueError):
        return None


def _is_installed(path: Path, root: Path) -> bool:
    inside = [each for each in path.parents if each == root or root in each.parents]
    return "site-packages" in path.relative_to(root).parts or any((each / "pyvenv.cfg").exists() for each in inside)


def repository_prefix(root: Path) -> str:
    """The way from the top of the repository to `root`, as patches write it; "" if there is none."""
    told = _git(root, "rev-parse", "--show-prefix")
    return told.strip() if told is not None else ""


def uncommitted(root: Path, files: Iterable[str]) -> list[str]:
    """Those of these files that hold what is not committed: all of them where there is no repository."""
    names = sorted(files)
    told = _git(root, "status", "--porcelain", "-z", "--untracked-files=all", "--ignored", "--", *names)
    if told is None:
        return names
    prefix = repository_prefix(root)
    marked = {entry[3:].removeprefix(prefix) for entry in told.split("\0") if len(entry) > 3}
    return [name for name in names if name in marked]


def write_sources(root: Path, texts: Mapping[str, str]) -> None:
    """Give files of the project these texts, each whole or not at all; their modes stay."""
    for file, text in texts.items():
        path = (root / file).resolve()
        unfinished = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("xb") as stream:
                stream.write(text.encode("utf-8"))
            if path.exists():
                unfinished.chmod(path.stat().st_mode & 0o7777)
            unfinished.replace(path)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise UsageError(f"cannot write {file}: {error.strerror}") from error


def _git(root: Path, *words: str) -> str | None:
    """What git says; None if it has nothing to say here."""
    try:
        done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else None
