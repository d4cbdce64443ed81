"""What is checked, by name: `nox -l` lists it, `nox -s fast` runs one of them.

Each session makes an environment of its own. `nox --no-venv -s fast` takes the one that nox itself runs in, which
then has what `pip install '.[dev]'` installs. What stands behind `--` goes to pytest, or names benchmarks.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nox

nox.options.sessions = ["lint", "fast"]
nox.options.reuse_venv = "yes"
PYTHON = "3.11"
FAST = "not processes and not slow and not browser"
BENCHMARKS = ("controller", "guarding", "isolation", "profiles", "peers", "page")


@nox.session(python=PYTHON)
def fast(session: nox.Session) -> None:
    """The tests that start no process: seconds."""
    _pytest(session, "-m", FAST)


@nox.session(python=PYTHON)
def lint(session: nox.Session) -> None:
    """Style, types, and which part may import which."""
    _install(session)
    _run(session, "ruff", "check", ".")
    _run(session, "ruff", "format", "--check", ".")
    _run(session, "mypy")
    _run(session, "lint-imports", PYTHONPATH=os.pathsep.join(("src", "tests")))


@nox.session(python=PYTHON)
def tests(session: nox.Session) -> None:
    """The README's tests: minutes."""
    _pytest(session)


@nox.session(python=PYTHON)
def slow(session: nox.Session) -> None:
    """What the README's tests leave out, but for the browser."""
    _pytest(session, "-m", "slow and not browser")


@nox.session(python=PYTHON)
def page(session: nox.Session) -> None:
    """The page in Chromium; AXE_CORE names the file axe.min.js of the npm package axe-core."""
    _pytest(session, "-m", "browser", "tests/browser")


@nox.session(python=PYTHON)
def full(session: nox.Session) -> None:
    """Everything: lint, and every test, those in the browser too."""
    session.notify("lint")
    _pytest(session, "-m", "")


@nox.session(python=PYTHON)
def bench(session: nox.Session) -> None:
    """The figures of docs/benchmarks.md; `-- peers` runs one of the benchmarks."""
    _install(session)
    for name in session.posargs or BENCHMARKS:
        _run(session, "python", f"benchmarks/{name}.py")


def _pytest(session: nox.Session, *arguments: str) -> None:
    _install(session)
    _run(session, "pytest", *arguments, *session.posargs)


def _install(session: nox.Session) -> None:
    if session.venv_backend != "none":
        session.install("-e", ".[dev]")


def _run(session: nox.Session, program: str, *arguments: str, **variables: str) -> None:
    """Run a program of the session's environment, or of nox's own where the session has none."""
    own = session.venv_backend == "none"
    path = str(Path(sys.executable).with_name(program)) if own else program
    session.run(path, *arguments, env=variables)
