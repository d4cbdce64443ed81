"""An immutable little project, audited by the real command."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType
from typing import Any

from leakcheck.cli import main

SAMPLES = Path(__file__).parent.parent / "sample_projects"
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".leakcheck", ".*_cache", "*.pyc")
TWO_LANES = ("--lanes", "2")
READING = frozenset({"report", "diff", "graph", "baseline"})
"""Commands that run nothing."""


def environment(*, plugins: bool = False) -> dict[str, str]:
    """An environment in which pytest loads what this package does, and what is installed only if asked for."""
    foreign = ("PYTEST_", "COV_", "NO_COLOR", "FORCE_COLOR", "TTY_", "GITHUB_")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    quiet = {} if plugins else {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    bin_folder = os.path.dirname(sys.executable)
    path = {"PATH": os.pathsep.join((bin_folder, inherited.get("PATH", "")))}
    return {**inherited, **quiet, **path, "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "100"}


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        return self.stdout + self.stderr


@dataclass(frozen=True)
class Audited(Ended):
    """An audit: its JSON report, and the files of the project as it left them."""

    report: Mapping[str, Any]
    stored: Mapping[str, bytes]
    files: Mapping[str, bytes]

    def outcomes(self, order: str) -> dict[str, str]:
        """test -> outcome in `order`."""
        rows = self.report["tests"]
        return {row["id"]: row["outcomes"][order] for row in rows if order in row["outcomes"]}

    @property
    def verdicts(self) -> dict[str, str]:
        return {row["id"]: row["verdict"] for row in self.report["tests"]}

    @property
    def names(self) -> dict[str, str]:
        """name of the test without its file -> verdict."""
        return {test.partition("::")[2]: verdict for test, verdict in self.verdicts.items()}

    def leaks(self, kind: str = "", key: str = "") -> list[dict[str, Any]]:
        """The leaks of this kind and key; all of them by default."""
        return [leak for leak in self.report["leaks"] if kind in ("", leak["kind"]) and key in ("", leak["key"])]

    def leak(self, kind: str, key: str) -> dict[str, Any]:
        """The only leak of this location."""
        (only,) = self.leaks(kind, key)
        return only


def run(
    folder: Path,
    *command: str,
    plugins: bool = False,
    stdin: str | None = None,
    variables: Mapping[str, str] | None = None,
) -> Ended:
    """Run a command in `folder`, with `variables` in its environment."""
    done = subprocess.run(
        command,
        cwd=folder,
        env={**environment(plugins=plugins), **(variables or {})},
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        input=stdin,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def leakcheck(
    folder: Path, *arguments: str, plugins: bool = False, variables: Mapping[str, str] | None = None
) -> Ended:
    """The command `leakcheck` in `folder`; one that only reads is no process, which would take most of its time."""
    if READING.intersection(arguments[:1]) and not plugins and variables is None:
        return _read(folder, arguments)
    return run(folder, sys.executable, "-m", "leakcheck", *arguments, plugins=plugins, variables=variables)


def _read(folder: Path, arguments: Sequence[str]) -> Ended:
    """What the command prints and ends with, in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", "surrogateescape", write_through=True) for _ in range(2))
    inherited = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(environment())
        with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(arguments)
    finally:
        os.environ.clear()
        os.environ.update(inherited)
    return Ended(code, *(stream.buffer.getvalue().decode("utf-8", "replace") for stream in (out, err)))


def contents(folder: Path) -> dict[str, bytes]:
    """path -> content of every file below `folder`."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def audit(folder: Path, *arguments: str, plugins: bool = False) -> Audited:
    """`leakcheck run` in `folder`. What stands behind `--` goes to pytest."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    own, for_pytest = arguments[:end], arguments[end:]
    with tempfile.TemporaryDirectory() as aside:
        target = Path(aside, "report.json")
        given = ("run", *TWO_LANES, "--json", str(target), *own, *for_pytest)
        ended = leakcheck(folder, *given, plugins=plugins)
        report = json.loads(target.read_text("utf-8")) if target.exists() else {}
    files = contents(folder)
    stored = {name: data for name, data in files.items() if name.startswith(".leakcheck/")}
    rest = {name: data for name, data in files.items() if name not in stored}
    return Audited(ended.code, ended.stdout, ended.stderr, report, stored, rest)


@dataclass(frozen=True)
class Project:
    """Files by path; every audit has a folder of its own."""

    files: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "files", MappingProxyType({name: dedent(text) for name, text in self.files.items()})
        )

    def with_files(self, files: Mapping[str, str]) -> Project:
        return Project({**self.files, **files})

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """The project on disk, for as long as the context lasts."""
        with tempfile.TemporaryDirectory(prefix="project-") as name:
            folder = Path(name).resolve()
            for path, text in {"pytest.ini": "[pytest]\n", **self.files}.items():
                target = folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, "utf-8")
            yield folder

    def audit(self, *arguments: str, plugins: bool = False) -> Audited:
        with self.folder() as folder:
            return audit(folder, *arguments, plugins=plugins)

    def pytest(self, *arguments: str, plugins: bool = False) -> Ended:
        with self.folder() as folder:
            return run(folder, sys.executable, "-m", "pytest", *arguments, plugins=plugins)

    def leakcheck(self, *arguments: str) -> Ended:
        with self.folder() as folder:
            return leakcheck(folder, *arguments)


def kept(name: str, otherwise: Path) -> Path:
    """Where an audit is made that other tests use as well: under LEAKCHECK_TESTS_KEEP, if that is set and free."""
    folder = Path(os.environ["LEAKCHECK_TESTS_KEEP"], name) if "LEAKCHECK_TESTS_KEEP" in os.environ else None
    return otherwise if folder is None or folder.exists() else folder


def sample(name: str, target: Path) -> Path:
    """A copy of a sample project, for the audit to write beside."""
    return Path(shutil.copytree(SAMPLES / name, target / name, ignore=LEFT_OUT))
