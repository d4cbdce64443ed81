"""Errors and exit codes of the real command."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from support import Ended, Project, environment, leakcheck, run

GREEN = Project({"test_a.py": "def test_a(): pass\ndef test_b(): pass\n"})
LEAKY = Project(
    {
        "test_a.py": """
            from fastapi import FastAPI

            app = FastAPI()
            app.state.colour = "red"

            def test_paints():
                app.state.colour = "blue"

            def test_is_red():
                assert app.state.colour == "red"
        """,
        "pytest.ini": "[pytest]\naddopts = --deselect nothing\n",
    }
)
REVERSED = Project({"test_a.py": LEAKY.files["test_a.py"].replace("paints", "z_paints")})


def is_told(ended: Ended, code: int, *words: str) -> None:
    """A clear error: the code, the words, and nothing of our own code."""
    assert ended.code == code, ended.text
    for word in words:
        assert word in ended.stderr, ended.text
    assert "Traceback" not in ended.stderr or 'File "/' not in ended.stderr.partition("leakcheck: ")[0]
    assert "mistake of leakcheck" not in ended.stderr
    assert ended.stdout == ""


def test_no_such_path() -> None:
    is_told(GREEN.leakcheck("run", "nowhere/test_x.py"), 4, "leakcheck: no such path: nowhere/test_x.py")


@pytest.mark.parametrize("engine", ["fork", "spawn"])
def test_no_tests(engine: str) -> None:
    is_told(Project({"test_a.py": "X = 1\n"}).leakcheck("run", "--engine", engine), 5, "pytest collected no test")


def test_nothing_selected() -> None:
    is_told(GREEN.leakcheck("run", "--", "-k", "nothing_like_it"), 5, "pytest collected no test", "-k and -m")


@pytest.mark.parametrize("engine", ["fork", "spawn"])
def test_a_suite_that_does_not_collect(engine: str) -> None:
    broken = Project({"test_a.py": "import nothing_of_that_name\n", "test_b.py": "def test_b(): pass\n"})
    ended = broken.leakcheck("run", "--engine", engine)
    is_told(ended, 4, "pytest cannot collect this suite", "No module named 'nothing_of_that_name'")


@pytest.mark.parametrize("engine", ["fork", "spawn"])
@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"conftest.py": "raise RuntimeError('no conftest for you')\n"}, "no conftest for you"),
        ({"pytest.ini": "[pytest]\naddopts = --no-such-option\n"}, "--no-such-option"),
        ({"pytest.ini": "[pytest]\naddopts = -p nobodys_plugin\n"}, "nobodys_plugin"),
    ],
    ids=["conftest", "option", "plugin"],
)
def test_pytest_that_does_not_start(files: dict[str, str], words: str, engine: str) -> None:
    ended = GREEN.with_files(files).leakcheck("run", "--engine", engine)
    is_told(ended, 4, "pytest cannot collect this suite", words)


def test_an_interpreter_without_pytest(tmp_path: Path) -> None:
    made = run(tmp_path, sys.executable, "-m", "venv", "--without-pip", "bare")
    assert made.code == 0, made.text
    python = str(tmp_path / "bare" / "bin" / "python")
    is_told(GREEN.leakcheck("run", "--python", python), 4, "has no pytest", "--python")


@pytest.mark.parametrize(("version", "code"), [("7.4.4", 4), ("0.1.dev1", 0)])
def test_an_old_pytest(tmp_path: Path, version: str, code: int) -> None:
    """Only the version is another: what an old one would do with us is not waited for."""
    (tmp_path / "sitecustomize.py").write_text(f"import pytest\npytest.__version__ = {version!r}\n", "utf-8")
    with GREEN.folder() as folder:
        ended = leakcheck(folder, "run", variables={"PYTHONPATH": str(tmp_path)})
    if code:
        is_told(ended, code, f"needs pytest 8.0 or newer; this is {version}", "Install a newer pytest", "--python")
    else:
        assert ended.code == code, ended.text


def test_an_interpreter_that_does_not_exist() -> None:
    is_told(GREEN.leakcheck("run", "--python", "no/such/python"), 4, "cannot start no/such/python", "--python")


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--no-such-option"),
        ("run", "--engine", "magic"),
        ("run", "--lanes", "0"),
        ("run", "--random", "-1"),
        ("run", "--random", "many"),
        ("run", "--budget", "a lot"),
        ("run", "--budget", "-3"),
        ("run", "--budget", "nan"),
        ("run", "--fail-on", "everything"),
        ("no-such-command",),
        ("diff",),
    ],
    ids=" ".join,
)
def test_a_bad_option(arguments: tuple[str, ...]) -> None:
    is_told(GREEN.leakcheck(*arguments), 4, "leakcheck: ")


@pytest.mark.parametrize("command", [("report",), ("diff", "test_a")], ids=" ".join)
def test_no_audit_yet(command: tuple[str, ...]) -> None:
    is_told(GREEN.leakcheck(*command), 4, "no audit in .leakcheck", "leakcheck run")


@pytest.mark.parametrize("command", [("report",), ("diff", "test_a")], ids=" ".join)
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x00\xff binary\n", "not an event"),
        (b"", "no collected suite"),
        (b'{"event":"header","format":4,"tag":"audit","order":null}\n', "written in format 4"),
        (b'{"event":"note","topic":"a","text":"b"}\n', "no header"),
    ],
    ids=["foreign", "empty", "newer", "headless"],
)
def test_an_audit_that_cannot_be_read(data: bytes, words: str, command: tuple[str, ...]) -> None:
    with GREEN.folder() as folder:
        place = folder / ".leakcheck" / "20250101-000000-abcd"
        place.mkdir(parents=True)
        (place / "audit.jsonl").write_bytes(data)
        is_told(leakcheck(folder, *command), 4, words)


def test_a_report_that_cannot_be_written() -> None:
    """Told before the audit: nothing was collected, and no folder is made."""
    with GREEN.folder() as folder:
        ended = leakcheck(folder, "run", "--json", "test_a.py/folder/report.json")
        assert sorted(path.name for path in folder.iterdir()) == ["pytest.ini", "test_a.py"]
    assert (ended.code, ended.stdout) == (4, "")
    assert ended.stderr == (
        "leakcheck: cannot write test_a.py/folder/report.json: Not a directory (in test_a.py)\n"
        "Name files that can be written, each once; - is standard output.\n"
    )


def test_folders_for_a_report_are_made() -> None:
    with GREEN.folder() as folder:
        ended = leakcheck(folder, "run", "--random", "0", "-q", "--json", "out/of/here/report.json")
        assert (ended.code, ended.stderr) == (0, "")
        assert (folder / "out" / "of" / "here" / "report.json").stat().st_size


def test_a_clean_suite() -> None:
    found = GREEN.audit("--random", "0")
    assert (found.code, found.report["verdict"], found.report["exit_code"]) == (0, "clean", 0)


@pytest.mark.parametrize(("gate", "code"), [((), 1), (("--fail-on", "warning"), 1), (("--fail-on", "never"), 0)])
def test_the_gate(gate: tuple[str, ...], code: int) -> None:
    found = REVERSED.audit("--random", "0", *gate)
    assert (found.code, found.report["verdict"]) == (code, "order-dependent"), found.text


def test_the_environment_of_these_tests_is_quiet() -> None:
    assert "PYTEST_ADDOPTS" not in environment()
