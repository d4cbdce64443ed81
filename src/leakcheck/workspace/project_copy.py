"""A copy of a project in a temporary folder, to try changes of source in: the user's own tree stays as it is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path

from leakcheck.errors import CannotRecord
from leakcheck.own_folders import Own, remove_own

_NAMES = frozenset({"__pycache__", "node_modules", ".git", ".hg", ".svn", ".tox", ".nox", ".eggs"})
_CACHE = "_cache"
_PATH = "PYTHONPATH"
_ASK = "import json, sys; print(json.dumps(sys.path[1:]))"
_SECONDS = 60


@dataclass(frozen=True)
class ProjectCopy:
    """The copy at `root` of the project at `original`."""

    root: Path
    original: Path

    def write(self, texts: Mapping[str, str]) -> None:
        """Give files of the copy other texts."""
        for file, text in texts.items():
            self._make(file, text.encode("utf-8"))

    def reset(self, files: Mapping[str, str]) -> None:
        """Give these files what the original has."""
        for file in files:
            original = self.original / file
            if original.is_file():
                self._make(file, original.read_bytes())
            else:
                (self.root / file).unlink(missing_ok=True)

    def _make(self, file: str, data: bytes) -> None:
        """The file anew: a test may have put a link in its place."""
        path = self.root / file
        path.unlink(missing_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def moved(self, text: str) -> str:
        """A path or an argument, as it is in the copy."""
        return text.replace(str(self.original), str(self.root))

    @contextmanager
    def entered(self, invocation: str, python: str) -> Iterator[None]:
        """The copy is where we stand; what an interpreter imports of the project, it imports out of the copy."""
        before = os.environ.get(_PATH)
        paths = [self.moved(each) for each in _paths(python) if self._is_own(each)]
        given = [self.moved(each) for each in (before or "").split(os.pathsep) if each]
        with chdir(self.root / invocation):
            try:
                if paths or given:
                    os.environ[_PATH] = os.pathsep.join(dict.fromkeys([*given, *paths]))
                yield
            finally:
                if before is None:
                    os.environ.pop(_PATH, None)
                else:
                    os.environ[_PATH] = before

    def _is_own(self, path: str) -> bool:
        """Whether the interpreter finds modules of the project there, and no installed ones."""
        real = Path(os.path.realpath(path))
        below = real == self.original or self.original in real.parents
        return below and not any((each / "pyvenv.cfg").exists() for each in (real, *real.parents))


def _paths(python: str) -> list[str]:
    """Where this interpreter looks for modules: what is installed to be edited is in the user's tree."""
    try:
        told = subprocess.run(
            [python, "-c", _ASK], capture_output=True, text=True, timeout=_SECONDS, check=False, cwd=os.sep
        )
        return [str(each) for each in json.loads(told.stdout)]
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return []


@contextmanager
def copy_of(root: Path) -> Iterator[ProjectCopy]:
    """A copy of the project below `root`; it goes with the context.

    Environments, caches and the stores of version control are left out. What a link leads to is copied, so that
    nothing written in the copy is written elsewhere.
    """
    original = root.resolve()
    try:
        own = Own.at(tempfile.mkdtemp(prefix="lc-fix-"))
    except OSError as error:
        raise CannotRecord(f"cannot make a temporary folder: {error.strerror}") from error
    try:
        target = Path(own.path, original.name or "project")
        try:
            shutil.copytree(original, target, ignore=_left_out, ignore_dangling_symlinks=True)
        except (OSError, shutil.Error) as error:
            raise CannotRecord(f"cannot copy the project: {_first(error)}") from error
        yield ProjectCopy(target, original)
    finally:
        remove_own(own)


def _left_out(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if _is_left_out(Path(folder, name))]


def _is_left_out(path: Path) -> bool:
    if path.name in _NAMES or (path.name.startswith(".") and path.name.endswith(_CACHE)):
        return True
    if path.is_symlink() and path.is_dir():  # it may lead back here
        return path.resolve() in path.parents or path.resolve() in Path(os.path.realpath(path.parent)).parents
    if not path.is_dir():
        return not (path.is_file() or path.is_symlink())
    is_audits = path.name == ".leakcheck" or any(path.glob("*-*/audit.jsonl"))
    return (path / "pyvenv.cfg").exists() or is_audits


def _first(error: OSError) -> str:
    if isinstance(error, shutil.Error) and error.args and error.args[0]:
        return str(error.args[0][0][-1])
    return str(error.strerror or error)
