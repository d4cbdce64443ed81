"""Pictures for the documentation, from a real audit of `sample_projects/shared_app`: `python docs/pictures.py`.

Needs leakcheck with what the sample needs, Graphviz and Chromium. Each function below makes one picture of a stored
audit; another picture is one more function, and its name in `PICTURES`.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parent.parent
IMAGES = ROOT / "docs" / "images"
VICTIM = "test_wishlist_needs_a_login"
WIDTH = 100
PAGE = (1280, 1500)
QUIET = ("--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync")
# The picture names no font of the network: it uses what the reader has.
_FONT_FACE = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def report(folder: Path) -> str:
    """The first root cause, and the end: the verdict, what to fix first, what to type next."""
    text = leakcheck(folder, "report", "--fail-on", "never")
    lines = text.split("\n")
    second = next(number for number, line in enumerate(lines) if "L2" in line)
    verdict = next(number for number, line in enumerate(lines) if "✗ " in line and "tests: " in line)
    return terminal("leakcheck report", [*lines[:second], "  [...]", "", *lines[verdict:]])


def explain(folder: Path) -> str:
    """The story of one test."""
    return terminal(f"leakcheck explain {VICTIM}", leakcheck(folder, "explain", VICTIM).split("\n"))


def graph(folder: Path) -> str:
    """The leak graph, drawn by Graphviz."""
    dot = leakcheck(folder, "graph")
    drawn = subprocess.run(["dot", "-Tsvg"], input=dot, capture_output=True, text=True, check=True).stdout
    return re.sub(r"<!--.*?-->\n?", "", drawn, flags=re.DOTALL)


def page(folder: Path) -> bytes:
    """The top of the page, as Chromium shows it."""
    with tempfile.TemporaryDirectory() as name:
        leaks, picture = Path(name, "leaks.html"), Path(name, "page.png")
        leakcheck(folder, "report", "--fail-on", "never", "--html", str(leaks))
        command = ["chromium", "--headless", "--no-sandbox", "--hide-scrollbars", "--disable-gpu", *QUIET]
        size = f"--window-size={PAGE[0]},{PAGE[1]}"
        light = "--blink-settings=preferredColorScheme=1"
        command += [light, size, f"--user-data-dir={name}/user", f"--screenshot={picture}", leaks.as_uri()]
        subprocess.run(command, capture_output=True, check=True)
        return picture.read_bytes()


PICTURES: Mapping[str, Callable[[Path], str | bytes]] = {
    "report.svg": report,
    "explain.svg": explain,
    "graph.svg": graph,
    "page.png": page,
}


def leakcheck(folder: Path, *arguments: str) -> str:
    """What the command prints in a terminal with colours."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(WIDTH), "PYTHONDONTWRITEBYTECODE": "1"}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # pictures are of the sample, not of this machine
    command = [sys.executable, "-m", "leakcheck", *arguments]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode > 1:
        raise SystemExit(done.stderr)
    return done.stdout.rstrip("\n")


def terminal(command: str, lines: Sequence[str]) -> str:
    """A picture of a terminal in which `command` has printed `lines`; what is too wide for it is cut."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, legacy_windows=False)
    console.print(f"$ {command}", markup=False, highlight=False)
    for line in lines:
        console.print(Text.from_ansi(line), no_wrap=True, overflow="ellipsis", crop=True, highlight=False)
    return _FONT_FACE.sub("", console.export_svg(title="leakcheck", unique_id="leakcheck"))


def main(arguments: Sequence[str]) -> None:
    """Make all pictures, from the stored audit of the folder that is given, or from a new one."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(arguments[0]) if arguments else Path(name) / "shared_app"
        if not arguments:
            shutil.copytree(ROOT / "sample_projects" / "shared_app", folder)
            leakcheck(folder, "run", "tests", "--budget", "3600s")
        IMAGES.mkdir(exist_ok=True)
        for file, picture in PICTURES.items():
            made = picture(folder)
            (IMAGES / file).write_bytes(made if isinstance(made, bytes) else f"{made}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1:])
