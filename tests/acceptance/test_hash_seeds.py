"""Tests that depend on the hash seed, by real audits: the printed commands show both outcomes."""

from __future__ import annotations

import json
import shlex
import sys
import textwrap
from pathlib import Path

from leakcheck.engine.spawn.hash_seeds import HashSeeds
from support import Project, leakcheck, run

SUITE = """
    import pytest

    NAMES = ("ada", "bea", "cleo")

    def seed():
        '''Tells the seeds of the audit apart, as the order of a set does.'''
        return hash("leakcheck")

    @pytest.fixture
    def first():
        return next(iter({hash(name) & 1023 for name in NAMES}))

    class TestOurs:
        def test_fails_under_ours(self, first):
            assert seed() != %(own)d

    def test_fails_under_another():
        assert seed() != %(control)d

    def test_sorted():
        assert sorted(set(NAMES)) == ["ada", "bea", "cleo"]

    def test_fails():
        assert NAMES == ()
"""
SEEDS = HashSeeds.of({})


def hashed(seed: str, folder: Path) -> int:
    told = run(folder, sys.executable, "-c", "print(hash('leakcheck'))", variables={"PYTHONHASHSEED": seed})
    return int(told.stdout)


def test_both_outcomes_are_told_with_their_commands() -> None:
    with Project({"test_t.py": "def test_t():\n    pass\n"}).folder() as folder:
        hashes = {"own": hashed(SEEDS.own, folder), "control": hashed(SEEDS.control, folder)}
        (folder / "test_s.py").write_text(textwrap.dedent(SUITE % hashes))
        ended = leakcheck(folder, "run", "--random", "0", "--json", "out.json")
        assert ended.code == 0, ended.text
        found = json.loads((folder / "out.json").read_text())
        tests = {test["id"].rpartition("::")[2]: test for test in found["tests"]}
        verdicts = {name: test["verdict"] for name, test in tests.items()}
        assert verdicts == {
            "test_fails_under_ours": "flaky",
            "test_fails_under_another": "flaky",
            "test_sorted": "stable",
            "test_fails": "failing",
            "test_t": "stable",
        }
        assert found["suite"]["engine"] == "fork"
        for name in ("test_fails_under_ours", "test_fails_under_another"):
            passes, fails = tests[name]["reproduce"]
            assert "its outcome depends on the hash seed" in tests[name]["seen"]
            assert (shown(passes, folder), shown(fails, folder)) == (0, 1)


def shown(command: str, folder: Path) -> int:
    """The exit code of a printed command."""
    variable, *words = shlex.split(command)
    name, _, value = variable.partition("=")
    return run(folder, sys.executable, "-m", *words, variables={name: value}).code
