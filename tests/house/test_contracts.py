"""Each contract of the house is kept, and each is broken by the import that it forbids."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import leakcheck

pytestmark = pytest.mark.processes
ROOT = Path(__file__).parents[2]
BROKEN = {
    "floors": ("store/journal.py", "from leakcheck.analysis import edges_of"),
    "resources": ("engine/leases.py", "from leakcheck.workspace.undo import put_back"),
    "siblings": ("analysis/facts/profiles.py", "from leakcheck.analysis.graph.edges import edges_of"),
    "private": ("cli/output.py", "from leakcheck.store._inside import nothing"),
    "in-suite": ("probes/kinds/cwd.py", "import attr"),
    "dask": ("engine/engine.py", "import distributed"),
    "scheduler": ("engine/scheduler.py", "from leakcheck.engine.fork import orphans"),
    "pytest-where": ("probes/kinds/cwd.py", "import pytest"),
    "pure-analysis": ("analysis/result.py", "import time"),
    "pure-fixes": ("fixes/source.py", "import subprocess"),
}
"""The contract, a module, and what it must not import."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(Path(leakcheck.__file__).parent, folder / "leakcheck", ignore=skipped)
    (folder / "leakcheck" / "store" / "_inside.py").write_text("nothing = None\n")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "tests" / "house", folder / "tests" / "house", ignore=skipped)
    return folder


def checked(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command(sys.argv[1:])"
    chosen = [part for name in contracts for part in ("--contract", name)]
    command = [sys.executable, "-c", f"import sys; sys.path[:0] = ['.', 'tests']; {code}", "--no-cache", *chosen]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_all_are_kept(copy: Path) -> None:
    ended = checked(copy)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert f"Contracts: {len(BROKEN)} kept, 0 broken." in ended.stdout


@pytest.mark.parametrize("contract", BROKEN)
def test_each_is_broken_by_what_it_forbids(copy: Path, contract: str) -> None:
    name, line = BROKEN[contract]
    module = copy / "leakcheck" / name
    before = module.read_text("utf-8")
    head, mark, rest = before.partition("from __future__ import annotations\n")
    module.write_text(f"{head}{mark}{line}\n{rest}", "utf-8")
    try:
        ended = checked(copy, contract)
    finally:
        module.write_text(before, "utf-8")
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "0 kept, 1 broken" in ended.stdout


def test_a_module_without_a_floor_breaks_them(copy: Path) -> None:
    stranger = copy / "leakcheck" / "cellar.py"
    stranger.write_text('"""Nobody knows where this belongs."""\n')
    try:
        ended = checked(copy, "floors")
    finally:
        stranger.unlink()
    assert ended.returncode == 1
    assert "cellar" in ended.stdout
