"""Plugins and options that fight an audit, each real and switched on by the project itself."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import dataclass

import pytest

from support import Audited, Project, audit, contents, leakcheck, run

pytestmark = pytest.mark.processes

TESTS = """
    import pytest

    LOG = []

    def test_first():
        LOG.append(1)

    def test_fails():
        assert False

    def test_third():
        LOG.append(3)

    def test_needs_calm():
        assert LOG.count(1) < 2
"""
ALL = {"test_first": "passed", "test_fails": "failed", "test_third": "passed", "test_needs_calm": "passed"}


@dataclass(frozen=True)
class Case:
    """`module` is the plugin's, "" for pytest's own; `named` is how the header calls what was switched off."""

    addopts: str
    named: str
    module: str = ""


CASES = {
    "xdist": Case("-p xdist -n 2", "-n (pytest-xdist)", "xdist"),
    "cov": Case("-p pytest_cov --cov --cov-report=xml", "--cov (pytest-cov)", "pytest_cov"),
    "exitfirst": Case("-x", "-x/--maxfail"),
    "maxfail": Case("--maxfail=1", "-x/--maxfail"),
    "randomly": Case("-p randomly", "shuffling (pytest-randomly)", "pytest_randomly"),
    "random-order": Case("-p random_order --random-order", "--random-order (pytest-random-order)", "random_order"),
    "reruns": Case("-p rerunfailures --reruns 2", "--reruns (pytest-rerunfailures)", "pytest_rerunfailures"),
    "last-failed": Case("--lf", "--lf/--ff/--nf"),
    "failed-first": Case("--ff", "--lf/--ff/--nf"),
    "stepwise": Case("--sw", "--sw"),
    "junitxml": Case("--junitxml=junit.xml", "--junitxml"),
    "timeout": Case("-p timeout --session-timeout=0.001", "--session-timeout (pytest-timeout)", "pytest_timeout"),
}  # fmt: skip


def folder_of(addopts: str) -> Project:
    return Project({"pytest.ini": f"[pytest]\naddopts = {addopts}\n", "test_a.py": TESTS, "junit.xml": "old\n"})


def audited(case: Case) -> tuple[dict[str, bytes], Audited]:
    """The files before the audit (after a plain run that filled pytest's cache), and the audit."""
    with folder_of(case.addopts).folder() as folder:
        run(folder, "pytest", "-q", "-p", "no:junitxml", "-o", "addopts=", "--deselect", "test_a.py::test_first")
        before = contents(folder)
        return before, audit(folder, "--random", "1")


@pytest.mark.parametrize("name", CASES)
def test_every_test_runs_in_every_order_and_nothing_is_written(name: str) -> None:
    case = CASES[name]
    if case.module and importlib.util.find_spec(case.module) is None:
        pytest.skip(f"{case.module} is not installed")
    before, found = audited(case)
    assert found.report, found.text
    for order in ("declared", "reversed", "isolated"):
        outcomes = {test.partition("::")[2]: outcome for test, outcome in found.outcomes(order).items()}
        assert outcomes == ALL, (order, found.text)
    assert found.report["suite"]["engine"] == "fork"
    assert [row["id"].partition("::")[2] for row in found.report["tests"]] == list(ALL)
    assert f"switched off for the audit: {case.named}" in found.stderr
    assert case.named in " ".join(found.stdout.split())
    assert found.names == {**dict.fromkeys(ALL, "stable"), "test_fails": "failing"}
    assert found.files == before


def test_installed_plugins_that_are_not_switched_on_are_not_named() -> None:
    project = Project({"test_a.py": "def test_a(): pass\ndef test_b(): pass\n"})
    names = {"xdist": "xdist", "pytest_cov": "pytest_cov", "random_order": "random_order"}
    loaded = [f"-p{name}" for module, name in names.items() if importlib.util.find_spec(module)]
    found = project.audit("--random", "0", "--", *loaded)
    assert found.code == 0, found.text
    assert "switched off" not in found.text


def test_random_orders_are_those_that_randomly_makes_of_the_seed() -> None:
    pytest.importorskip("pytest_randomly")
    names = [f"def test_{number:02d}(): pass" for number in range(12)]
    project = Project({"test_a.py": "\n".join(names), "pytest.ini": "[pytest]\naddopts = -p randomly\n"})
    with project.folder() as folder:
        ended = leakcheck(folder, "run", "--random", "1", "--seed", "7", "--json", "-")
        report = json.loads(ended.stdout)
        (row,) = [row for row in report["orders"] if row["name"] == "random 7"]
        assert row["reproduce"].startswith("pytest ")
        plain = run(folder, "sh", "-c", row["reproduce"] + " -v")
        shuffled = [line.split(" ")[0] for line in plain.stdout.splitlines() if "PASSED" in line]
        assert shuffled != sorted(shuffled)
        segments = [path.read_text("utf-8") for path in (folder / ".leakcheck").rglob("e*.jsonl")]
        (segment,) = [text for text in segments if '"event":"shuffled"' in text]
        line = next(line for line in segment.splitlines() if '"event":"shuffled"' in line)
        assert json.loads(line.rpartition(" ")[0])["tests"] == shuffled


def test_pytests_cache_is_read_and_not_written() -> None:
    project = Project({"test_a.py": TESTS})
    with project.folder() as folder:
        run(folder, "pytest", "-q")
        before = contents(folder)
        assert any(name.endswith("lastfailed") for name in before)
        found = audit(folder, "--random", "0")
        assert found.files == before


def test_the_suites_own_temporary_folders_do_not_meet() -> None:
    """`tmp_path` of two tests that run at the same time are two folders."""
    text = """
        import pytest

        @pytest.mark.parametrize("n", range(4))
        def test_writes(tmp_path, n):
            file = tmp_path / "only.txt"
            assert not file.exists()
            file.write_text(str(n))
    """
    found = Project({"test_a.py": text}).audit("--random", "0")
    assert found.code == 0, found.text
    assert set(found.verdicts.values()) == {"stable"}
