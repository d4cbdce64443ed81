"""The gate from end to end: rules, marks and the baseline on one audit, by the real command."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import Ended, Project, leakcheck

SUITE = Project(
    {
        "test_shop.py": """
            import pytest
            from fastapi import FastAPI

            app = FastAPI()
            app.state.colour = "red"
            app.state.ready = False

            def test_is_red():
                assert app.state.colour == "red"

            @pytest.mark.leakcheck(ignore=["app_state *:app log"], reason="a log, on purpose")
            @pytest.mark.parametrize("size", [1, 2])
            def test_logs(size):
                app.state.log = ["x"] * size

            def test_makes():
                app.state.ready = True

            @pytest.mark.leakcheck(depends_on="test_makes")
            def test_needs():
                assert app.state.ready

            def test_paints():
                app.state.colour = "blue"

            @pytest.mark.leakcheck(depends_on=["test_makes", "test_mkaes"])
            def test_stands_alone():
                pass

            @pytest.mark.leakcheck(ignore="environ", reason="it used to")
            def test_quiet():
                pass
        """,
        "pytest.ini": "[pytest]\naddopts = --strict-markers\n",
        "leakcheck.toml": 'random = 0\nlanes = 2\nfolder = "audits"\n',
    }
)
HIDDEN = ("-p", "no:leakcheck")  # where the audited environment has no leakcheck, its marker is known all the same
EXPIRED = """
[[ignore]]
key = "colour"
reason = "ticket 12"
until = 2020-01-01
"""
IGNORED = """
[[ignore]]
key = "colour"
test = "test_shop.py::*"
reason = "ticket 12"
"""


@pytest.fixture(scope="module")
def audited() -> Iterator[Path]:
    with SUITE.folder() as folder:
        ended = leakcheck(folder, "run", "--", *HIDDEN)
        assert ended.code == 1, ended.text
        yield folder


@pytest.fixture
def folder(audited: Path, tmp_path: Path) -> Path:
    """The audited project, without a baseline."""
    return Path(shutil.copytree(audited, tmp_path / "project"))


def gate(ended: Ended) -> str:
    """The section above the verdict."""
    return re.split(r"(?<=\n)\n[✗!✓] ", ended.stdout.partition("\nThe gate\n")[2])[0]


def test_marks(audited: Path) -> None:
    ended = leakcheck(audited, "report")
    assert ended.code == 1
    assert gate(ended) == (
        "  1 finding at or above the gate (error), 2 ignored.\n"
        "  ✗ LK101 L1  1 test fails after this leak\n"
        "      test_shop.py:25\n"
        "      test_shop.py::test_is_red\n"
        "  ignored  LK102 L2: meant: it depends on test_makes, as its mark says\n"
        "  ignored  LK301 L3: a log, on purpose\n"
        "  the mark on test_shop.py::test_quiet ignores nothing that this audit found: kind environ\n"
        "  the mark on test_shop.py::test_stands_alone says that it depends on test_makes, test_mkaes, but\n"
        "  there is no test test_mkaes; did you mean test_makes?\n"
        "  the mark on test_shop.py::test_stands_alone says that it depends on test_makes, test_mkaes, but it\n"
        "  passes alone: the mark can go\n"
    )


@pytest.mark.parametrize(
    ("rule", "code", "words"), [(EXPIRED, 1, "has expired on 2020-01-01"), (IGNORED, 0, "ticket 12")]
)
def test_rules_of_the_file(folder: Path, rule: str, code: int, words: str) -> None:
    config = folder / "leakcheck.toml"
    config.write_text(config.read_text("utf-8") + rule, "utf-8")
    ended = leakcheck(folder, "report")
    assert ended.code == code
    assert words in gate(ended)


def test_a_baseline_from_nothing_to_green_and_back(folder: Path) -> None:
    known = folder / "leakcheck-baseline.txt"
    none = leakcheck(folder, "baseline", "show")
    assert (none.code, none.stderr.splitlines()[0]) == (4, "leakcheck: there is no baseline leakcheck-baseline.txt")

    assert leakcheck(folder, "baseline", "write").stdout == "leakcheck-baseline.txt: 2 lines added, 2 in all\n"
    lines = [line for line in known.read_text("utf-8").splitlines() if line.startswith("LK")]
    assert lines == [
        "LK101 app_state test_shop:app colour test test_shop.py::test_paints",
        "LK101 app_state test_shop:app colour victim test_shop.py::test_is_red",
    ]
    ended = leakcheck(folder, "report")
    assert ended.code == 0
    assert "0 findings at or above the gate (error), 1 known in leakcheck-baseline.txt, 2 ignored." in gate(ended)

    gone = "LK301 app_state test_shop:app old test test_shop.py::test_gone"
    known.write_text(known.read_text("utf-8").replace(lines[1], gone), "utf-8")
    ended = leakcheck(folder, "report")
    assert ended.code == 1
    assert "1 line of the baseline is fixed: `leakcheck baseline prune` takes it out" in gate(ended)
    shown = leakcheck(folder, "baseline", "show").stdout
    assert "Known, in leakcheck-baseline.txt: 1\n" in shown
    assert "adds these: 1\n  LK101 app_state test_shop:app colour victim test_shop.py::test_is_red" in shown
    assert f"takes these out: 1\n  {gone}\n" in shown

    assert leakcheck(folder, "baseline", "prune").stdout == (
        f"leakcheck-baseline.txt: 1 line taken out, 1 left\n  {gone}\n"
    )
    assert [line for line in known.read_text("utf-8").splitlines() if line.startswith("LK")] == lines[:1]


def test_nothing_is_pruned_by_an_audit_of_other_tests(folder: Path) -> None:
    known = folder / "leakcheck-baseline.txt"
    leakcheck(folder, "baseline", "write")
    known.write_text(known.read_text("utf-8").replace("# suite: -- -p no:leakcheck", "# suite: tests"), "utf-8")
    ended = leakcheck(folder, "baseline", "prune")
    assert ended.code == 4
    assert "it audited -- -p no:leakcheck, and the baseline is written for tests" in ended.stderr


@pytest.mark.parametrize("command", [("run",), ("report",), ("baseline", "write")], ids=" ".join)
def test_a_broken_baseline_is_told_before_anything_runs(folder: Path, command: tuple[str, ...]) -> None:
    (folder / "leakcheck-baseline.txt").write_text("# fine\nLK101 app_state\n", "utf-8")
    ended = leakcheck(folder, *command)
    assert (ended.code, ended.stdout) == (4, "")
    assert "leakcheck-baseline.txt:2: 6 fields are expected" in ended.stderr


def test_configuration_errors_are_told_all_at_once() -> None:
    ended = SUITE.with_files({"leakcheck.toml": "randon = 1\nlanes = 0\n"}).leakcheck("run")
    assert (ended.code, ended.stdout) == (4, "")
    assert ended.stderr == (
        "leakcheck: leakcheck.toml has 2 errors\n"
        "  randon = 1: there is no such key; did you mean random?\n"
        "  lanes = 0: a whole number of at least 1 is expected\n"
        "See docs/configuration.md.\n"
    )


def test_marks_that_make_no_sense_are_told_all_at_once() -> None:
    text = """
        import pytest

        @pytest.mark.leakcheck(ignore=["app_state"])
        def test_without_a_reason():
            pass

        @pytest.mark.leakcheck("app_state", ignroe=["app_state"], depends_on=3)
        @pytest.mark.parametrize("x", [1, 2])
        def test_everything_wrong(x):
            pass
    """
    ended = Project({"test_a.py": text}).leakcheck("run", "--random", "0")
    assert (ended.code, ended.stdout) == (4, "")
    assert "leakcheck: 2 marks of leakcheck cannot be understood" in ended.stderr
    assert '  test_a.py::test_without_a_reason: ignore needs a reason: reason="..."\n' in ended.stderr
    assert (
        "  test_a.py::test_everything_wrong: its arguments need names: ignore, reason, depends_on; "
        "it takes no ignroe; it takes ignore, reason, depends_on; depends_on is a text or a list of texts\n"
    ) in ended.stderr


def test_marks_are_known_to_plain_pytest() -> None:
    text = "import pytest\n@pytest.mark.leakcheck(ignore='environ', reason='r')\ndef test_a(): pass\n"
    ended = Project({"test_a.py": text}).pytest("-p", "leakcheck.pytest_plugin", "--strict-markers", "-W", "error")
    assert ended.code == 0, ended.text
