"""Kinds that other packages add: a probe in a wheel of its own, and what becomes of probes that are wrong."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from leakcheck.probes import GROUP, discover
from support import SAMPLES, Project

PROJECT = Project(
    {
        "test_sums.py": """
            import decimal

            def test_third():
                assert str(decimal.Decimal(1) / 3) == "0." + 28 * "3"

            def test_short():
                decimal.getcontext().prec = 4
                assert str(decimal.Decimal(1) / 3) == "0.3333"
        """
    }
)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the example's wheel is installed to."""
    folder = tmp_path_factory.mktemp("probe")
    source = shutil.copytree(SAMPLES / "decimal_probe", folder / "source")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check")
    wheel = (*pip, "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), str(source))
    subprocess.run(wheel, check=True)
    (built,) = folder.glob("*.whl")
    target = folder / "site"
    subprocess.run((*pip, "install", "-q", "--no-deps", "--target", str(target), str(built)), check=True)
    return target


def test_a_kind_of_another_package_is_watched_and_proven(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(installed))
    found = PROJECT.audit("--random", "0")
    assert found.report["certificate"]["kinds"]["decimal_context"] == "compared"
    leak = found.leak("decimal_context", "prec")
    assert (leak["before"], leak["after"], leak["victims"]) == ("28", "4", ["test_sums.py::test_third"])
    assert [(source["file"], source["line"]) for source in leak["sources"]] == [("test_sums.py", 8)]
    assert [edge["counterfactual"] for edge in found.report["edges"]] == [True]
    assert found.report["certificate"]["unexplained"] == []
    assert "decimal_context decimal.getcontext() prec" in found.stdout


WRONG = {
    "gone": ("nowhere", "ModuleNotFoundError: No module named 'nowhere'"),
    "taken": ("class Probe(Setting):\n    kind = 'cwd'", "there is a probe of the kind cwd already"),
    "nameless": ("class Probe(Setting):\n    kind = 'a kind'", "its kind is 'a kind', not a name"),
    "blind": ("class Probe(Setting):\n    kind, tracking = 'blind', 'guessed'", "its tracking is none of tracked"),
    "empty": ("class Probe:\n    kind, tracking = 'empty', 'tracked'", "has no patches, state, show, restore"),
    "broken": ("raise OSError('no such thing')", "OSError: no such thing"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_probe_that_is_wrong_is_left_out_and_told(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, reason = WRONG[name]
    module = source if name == "gone" else f"wrong_{name}"
    information = tmp_path / "acme-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {module}:Probe\n")
    if name != "gone":
        (tmp_path / f"{module}.py").write_text(f"from leakcheck.probes import Setting\n{source}\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = discover()
    (problem,) = [each for each in found.problems if module in each]
    assert problem.startswith(f"the probe {name} of acme ({module}:Probe) is left out: ")
    assert reason in problem
    assert name not in found.kinds
