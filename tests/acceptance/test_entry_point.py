"""Kinds that other packages add: a probe in a wheel of its own, and what becomes of probes that are wrong."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import leakcheck as package
from leakcheck.probes import GROUP, discover
from support import SAMPLES, Audited, Project, audit, leakcheck

PROJECT = Project(
    {
        "test_sums.py": """
            import decimal

            def test_third():
                assert not decimal.getcontext().flags[decimal.Inexact]

            def test_short():
                assert str(decimal.Decimal(1) / 3) == "0." + 28 * "3"
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


@pytest.fixture(scope="module")
def audited(installed: Path) -> Iterator[tuple[Audited, Path]]:
    """The audit of `PROJECT` with the example's kind, and its folder; the example is gone by then."""
    with PROJECT.folder() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(installed))
        found = audit(folder, "--random", "0")
        patch.undo()
        yield found, folder


def test_a_kind_of_another_package_is_watched_and_proven(audited: tuple[Audited, Path]) -> None:
    found, _ = audited
    assert found.report["certificate"]["kinds"]["decimal_flags"] == "compared"
    leak = found.leak("decimal_flags", "Inexact")
    assert (leak["before"], leak["after"], leak["victims"]) == ("False", "True", ["test_sums.py::test_third"])
    assert [(source["file"], source["line"]) for source in leak["sources"]] == [("test_sums.py", 8)]
    assert [edge["counterfactual"] for edge in found.report["edges"]] == [True]
    assert found.report["certificate"]["unexplained"] == []


ADVICE = "Compute inside `with decimal.localcontext():`, which brings the old context and its `Inexact` back."
WORDING = "the flag Inexact of decimal arithmetic"


def test_it_is_told_in_its_own_words(audited: tuple[Audited, Path]) -> None:
    found, _ = audited
    told = " ".join(found.stdout.split())
    assert WORDING in told
    assert ADVICE in told
    (finding,) = [each for each in found.report["findings"] if each["code"] == "LK101"]
    assert finding["fix"] == ADVICE
    assert [fix["advice"] for fix in found.report["fixes"]] == [ADVICE]


def test_it_is_so_told_where_its_package_is_not_installed(audited: tuple[Audited, Path]) -> None:
    _, folder = audited
    assert "decimal_flags" not in discover().kinds
    ended = leakcheck(folder, "report", "--html", "page.html", "--markdown", "page.md", "--fail-on", "never")
    assert ended.code == 0, ended.text
    assert WORDING in ended.stdout
    assert ADVICE.replace("`", "") in re.sub("<[^>]*>", "", (folder / "page.html").read_text("utf-8"))
    assert "context.clear_flags()" in (folder / "page.html").read_text("utf-8")
    assert ADVICE in (folder / "page.md").read_text("utf-8")
    assert WORDING in leakcheck(folder, "diff", "test_short").stdout
    assert WORDING in leakcheck(folder, "graph", "--format", "dot").stdout


def test_no_line_of_ours_is_about_it() -> None:
    texts = {path.name: path.read_text("utf-8") for path in Path(package.__file__).parent.rglob("*.py")}
    about = ("decimal_flags", "flags of decimal", "leakcheck_decimal", "clear_flags", "Inexact")
    assert [(name, word) for name, text in texts.items() for word in about if word in text] == []


WRONG = {
    "gone": ("nowhere", "ModuleNotFoundError: No module named 'nowhere'"),
    "taken": ("class Probe(Setting):\n    kind = 'cwd'", "there is a probe of the kind cwd already"),
    "nameless": ("class Probe(Setting):\n    kind = 'a kind'", "its kind is 'a kind', not a name"),
    "blind": ("class Probe(Setting):\n    kind, tracking = 'blind', 'guessed'", "its tracking is none of tracked"),
    "mute": (
        "class Probe(Setting):\n    kind, about = 'mute', 'something'",
        "its about is no leakcheck.probes.About",
    ),
    "odd": (
        "class Probe(Setting):\n    kind, about = 'odd', About(advice=7)",
        "advice of its about is 7, no str",
    ),
    "long": (
        "class Probe(Setting):\n    kind, about = 'long', About(example=5000 * 'x')",
        "example of its about has 5,000 characters, 4,000 are the most",
    ),
    "lost": (
        "class Probe(Setting):\n    kind, about = 'lost', About(put_back='later')",
        "put_back of its about is none of together, apart, last, never",
    ),
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
        (tmp_path / f"{module}.py").write_text(f"from leakcheck.probes import About, Setting\n{source}\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = discover()
    (problem,) = [each for each in found.problems if module in each]
    assert problem.startswith(f"the probe {name} of acme ({module}:Probe) is left out: ")
    assert reason in problem
    assert name not in found.kinds
