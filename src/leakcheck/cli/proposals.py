"""What `leakcheck init` would write: the configuration, a file for continuous integration, and the baseline."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from leakcheck.cli.environments import environment_beside

CiName = Literal["auto", "github", "gitlab", "none"]
OWN = "leakcheck.toml"
_FOLDERS = ("tests", "test")
_GITHUB = """\
# Made by `leakcheck init`. An audit takes many times as long as the suite: by night, and when somebody asks for it.
name: leakcheck
on:
  schedule:
    - cron: "17 3 * * *"
  workflow_dispatch:
permissions:
  contents: read
jobs:
  leakcheck:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      # What installs your project and its tests:
      - run: python -m venv .venv && .venv/bin/python -m pip install {install}
      # Where pip gets leakcheck from, as a variable of the repository: git+https://.../leakcheck@REF
      - run: python -m venv ../leakcheck
      - run: ../leakcheck/bin/python -m pip install "${{LEAKCHECK_INSTALL:?is not set}}"
        env:
          LEAKCHECK_INSTALL: ${{{{ vars.LEAKCHECK_INSTALL }}}}
      - run: >-
          ../leakcheck/bin/leakcheck run --python .venv/bin/python --html leaks.html
          --github-summary "$GITHUB_STEP_SUMMARY"
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: leakcheck
          path: leaks.html
"""
_GITLAB = """\
# Made by `leakcheck init`. Add to .gitlab-ci.yml: `include: [{{local: {name}}}]`.
# An audit takes many times as long as the suite: it runs in scheduled pipelines, and by hand.
leakcheck:
  stage: test
  image: python:3.12
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
    - when: manual
      allow_failure: true
  script:
    # What installs your project and its tests:
    - python -m venv .venv && .venv/bin/python -m pip install {install}
    # Where pip gets leakcheck from, as a variable of the project: git+https://.../leakcheck@REF
    - python -m venv ../leakcheck && ../leakcheck/bin/python -m pip install "${{LEAKCHECK_INSTALL:?is not set}}"
    - ../leakcheck/bin/leakcheck run --python .venv/bin/python --html leaks.html --junit leakcheck.junit.xml
  artifacts:
    when: always
    expire_in: 1 week
    paths: [leaks.html]
    reports:
      junit: leakcheck.junit.xml
"""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A file and what is to stand in it; if `adds`, behind what stands there already."""

    path: Path
    text: str
    adds: bool = False


def configuration(here: Path, environ: Mapping[str, str], used: str) -> Proposal:
    """The table in pyproject.toml where that can take one, else a file of its own."""
    project = here / "pyproject.toml"
    table = _parsed(project)
    lines = _keys(here, environ, used, table)
    added = "\n".join(("", "[tool.leakcheck]", *lines, ""))
    if table is not None and _can_take(project, added):
        return Proposal(project, added, adds=True)
    return Proposal(here / OWN, "\n".join((*lines, "")))


def pipeline(here: Path, ci: CiName) -> Proposal | None:
    """The file for the service that the project uses, by all appearances; None where none is seen."""
    if ci == "github" or (ci == "auto" and (here / ".github").is_dir()):
        return Proposal(here / ".github/workflows/leakcheck.yml", _GITHUB.format(install=_install(here)))
    if ci == "gitlab" or (ci == "auto" and (here / ".gitlab-ci.yml").is_file()):
        name = "leakcheck.gitlab-ci.yml"
        return Proposal(here / name, _GITLAB.format(install=_install(here), name=name))
    return None


def _keys(here: Path, environ: Mapping[str, str], used: str, table: Mapping[str, Any] | None) -> list[str]:
    """The keys that most projects need, each with a value that was seen here."""
    lines = []
    folder = next((name for name in _FOLDERS if (here / name).is_dir()), "")
    if folder and not _names_tests(table):
        lines.append(f'paths = ["{folder}"]')
    environment = environment_beside(used, environ, here)
    if environment is not None and not os.path.isabs(environment.python):
        lines.append(f'python = "{Path(environment.python).as_posix()}"')
    return [*lines, 'profile = "standard"  # "quick" asks less, "thorough" more', 'fail-on = "error"']


def _names_tests(table: Mapping[str, Any] | None) -> bool:
    """Whether pytest is told already what to collect."""
    found = (table or {}).get("tool", {}).get("pytest", {})
    return "testpaths" in found or "testpaths" in found.get("ini_options", {})


def _parsed(file: Path) -> Mapping[str, Any] | None:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return None


def _can_take(project: Path, added: str) -> bool:
    """A table cannot be added to one that is written in braces."""
    try:
        return "leakcheck" in tomllib.loads(project.read_text("utf-8") + "\n" + added)["tool"]
    except ValueError:
        return False


def _install(here: Path) -> str:
    """What pip is to install, in a guess that the reader corrects."""
    requirements = [name for name in ("requirements-dev.txt", "requirements.txt") if (here / name).is_file()]
    told = " ".join(f"-r {name}" for name in requirements[:1])
    project = "-e ." if (here / "pyproject.toml").is_file() or (here / "setup.py").is_file() else ""
    return " ".join(filter(None, (told, project))) or "pytest"
