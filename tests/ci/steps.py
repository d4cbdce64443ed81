"""Scripts of build machines, run here as they are run there."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from support import Ended, environment

ROOT = Path(__file__).parents[2]
EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


def loaded(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def schema(name: str, file: Path, *arguments: str) -> Ended:
    """The file held to a schema that comes with check-jsonschema."""
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--builtin-schema",
        f"vendor.{name}",
        *arguments,
        str(file),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    return Ended(done.returncode, done.stdout, done.stderr)


def installed_in(folder: Path) -> Path:
    """What the install step makes: `folder`, an environment with this very leakcheck."""
    folder.symlink_to(Path(sys.executable).parent.parent)
    return folder


def bash(script: str, folder: Path, variables: Mapping[str, str]) -> Ended:
    """`script` as the runner of GitHub starts it for `shell: bash`."""
    return _shell(["bash", "--noprofile", "--norc", "-eo", "pipefail"], script, folder, variables)


def sh(script: str, folder: Path, variables: Mapping[str, str]) -> Ended:
    """`script` in a shell that knows nothing beyond POSIX, where there is one."""
    return _shell([shutil.which("dash") or "sh", "-e"], script, folder, variables)


def _shell(command: list[str], script: str, folder: Path, variables: Mapping[str, str]) -> Ended:
    done = subprocess.run(
        [*command, "-c", script],
        cwd=folder,
        env={**environment(), **variables},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def stub(folder: Path, name: str, script: str) -> dict[str, str]:
    """A command `name` in `folder`, found before any other: the PATH for it."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    file.chmod(0o755)
    return {"PATH": os.pathsep.join((str(folder), environment()["PATH"]))}
