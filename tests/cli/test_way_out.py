"""Mistakes that people make first, as whole transcripts: what was wrong, and the line to type."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leakcheck.cli.environments import environment_beside
from leakcheck.cli.given import Given
from leakcheck.cli.pytest_words import behind_dashes, is_for_pytest
from support import Ended, Project, leakcheck, run

GREEN = Project({"tests/test_a.py": "def test_alpha(): pass\nclass TestShop:\n    def test_price(self): pass\n"})
FOREIGN = Project({"tests/test_a.py": "import nothing_of_that_name\ndef test_a(): pass\n"})
NAME_ONE = "Name an interpreter with --python, like .venv/bin/python."


def transcript(ended: Ended) -> str:
    """All that was said, without progress and without what pytest itself has printed in the middle."""
    assert ended.stdout == ""
    assert "Traceback (most" not in ended.stderr
    told = re.sub(r"(?m)^\[ *[\d.]+ s\] .*\n", "", ended.stderr)
    return re.sub(
        r"(?s)(?<=leakcheck: pytest cannot collect this suite\n).*(?=^The suite was )", "…\n", told, flags=re.M
    )


def refused(folder: Path, *arguments: str) -> str:
    ended = leakcheck(folder, *arguments)
    assert ended.code == 4, ended.text
    return transcript(ended)


@pytest.fixture
def green() -> Iterator[Path]:
    with GREEN.folder() as folder:
        yield folder


def test_a_module_that_the_interpreter_does_not_have() -> None:
    with FOREIGN.folder() as folder:
        told = refused(folder, "run", "--lanes", "1", "tests", "--", "-k", "a or b")
    assert told == (
        "leakcheck: pytest cannot collect this suite\n…\n"
        f"The suite was imported by {sys.executable}, leakcheck's own interpreter, "
        "which has no module nothing_of_that_name.\n"
        "If the project has an environment of its own, name its interpreter:\n"
        "  leakcheck run --python PATH/TO/bin/python --lanes 1 tests -- -k 'a or b'\n"
        "Else make plain `pytest --collect-only` pass first.\n"
    )


def test_the_environment_that_lies_here_is_named() -> None:
    with FOREIGN.folder() as folder:
        assert run(folder, sys.executable, "-m", "venv", "--without-pip", ".venv").code == 0
        told = refused(folder, "run", "tests")
        assert told.splitlines()[3:5] == [
            "The environment .venv lies here. If the project's packages are in it, type:",
            "  leakcheck run --python .venv/bin/python tests",
        ]
        typed = told.splitlines()[4].split()[1:]
        assert refused(folder, *typed) == (
            "leakcheck: .venv/bin/python has no pytest\n"
            "Name the interpreter of the audited project with --python, or install pytest there.\n"
        )


def test_what_another_pytest_refuses_names_the_environment_too() -> None:
    """Its own pytest may be older or newer, and understand the configuration that leakcheck's cannot."""
    newer = Project({"tests/test_a.py": "def test_a(): pass\n", "pytest.ini": "[pytest]\nminversion = 999\n"})
    with newer.folder() as folder:
        told = refused(folder, "run", "tests")
        assert "Make plain `pytest --collect-only` pass first.\n" in told
        assert run(folder, sys.executable, "-m", "venv", "--without-pip", ".venv").code == 0
        assert refused(folder, "run", "tests") == (
            "leakcheck: pytest cannot collect this suite\n…\n"
            f"The suite was imported by {sys.executable}, leakcheck's own interpreter.\n"
            "The environment .venv lies here. If the project's packages are in it, type:\n"
            "  leakcheck run --python .venv/bin/python tests\n"
            "Else make plain `pytest --collect-only` pass first.\n"
        )


def test_environments(tmp_path: Path) -> None:
    for name in ("active", "project/.venv", "project/venv"):
        (tmp_path / name / "bin").mkdir(parents=True)
        (tmp_path / name / "bin" / "python").touch()
    folder = tmp_path / "project"
    (folder / "inner").mkdir()
    found = environment_beside(sys.executable, {}, folder)
    assert found == (".venv/bin/python", "The environment .venv")
    assert environment_beside(".venv/bin/python3", {}, Path(".")) is None
    used = str(folder / ".venv" / "bin" / "python3.11")
    assert environment_beside(used, {}, folder) == ("venv/bin/python", "The environment venv")
    above = environment_beside(sys.executable, {}, folder / "inner")
    assert above is not None
    assert above.python == str(folder / ".venv" / "bin" / "python")
    active = environment_beside(sys.executable, {"VIRTUAL_ENV": str(tmp_path / "active")}, folder)
    assert active is not None
    assert active.told == f"The active environment {tmp_path / 'active'}"


def test_a_folder_for_an_interpreter(green: Path) -> None:
    (green / "venv" / "bin").mkdir(parents=True)
    (green / "venv" / "bin" / "python").symlink_to(sys.executable)
    lies = "The environment venv lies here. If the project's packages are in it, type:\n"
    assert refused(green, "run", "--python", "venv", "tests") == (
        "leakcheck: venv is a folder; its interpreter is venv/bin/python\n"
        f"{lies}  leakcheck run --python venv/bin/python tests\n{NAME_ONE}\n"
    )


def _file(folder: Path, name: str, text: str, mode: int) -> None:
    (folder / name).write_text(text, "utf-8")
    (folder / name).chmod(mode)


@pytest.mark.parametrize(
    ("python", "told"),
    [
        ("tests", "tests is a folder, and no interpreter"),
        ("./plain", "cannot start ./plain: it is not executable"),
        ("no/such/python", "cannot start no/such/python: there is no such file"),
        ("python-of-nobody", "cannot start python-of-nobody: there is no such command"),
        ("./speaks", "./speaks is no Python\n  good day\n  sir"),
        ("./silent", "./silent is no Python"),
        ("./broken", "cannot start ./broken: No such file or directory"),
    ],
)
def test_what_is_no_interpreter(green: Path, python: str, told: str) -> None:
    _file(green, "plain", "", 0o644)
    _file(green, "speaks", "#!/bin/sh\necho good day\necho sir\n", 0o755)
    _file(green, "silent", "#!/bin/sh\n", 0o755)
    _file(green, "broken", "#!/no/such/shell\n", 0o755)
    assert refused(green, "run", "--python", python) == f"leakcheck: {told}\n{NAME_ONE}\n"
    assert not (green / ".leakcheck").exists()


def test_an_old_python(green: Path) -> None:
    _file(green, "old", "#!/bin/sh\necho \"$3\" | sed 's/.*write..//; s/ .*/ 3 9 /'\n", 0o755)
    assert refused(green, "run", "--python", "./old") == (
        "leakcheck: an audited project needs Python 3.11 or newer; ./old is Python 3.9\n"
        "Name another interpreter with --python.\n"
    )


def test_options_of_pytest(green: Path) -> None:
    given = (
        "run",
        "-k",
        "a or b",
        "-q",
        "tests",
        "-xvs",
        "-n4",
        "-p",
        "no:x",
        "--tb=short",
        "--lanes",
        "2",
        "--lf",
    )
    assert refused(green, *given) == (
        "leakcheck: -k is an option of pytest: those go behind --\nType:\n"
        "  leakcheck run -q tests --lanes 2 -- -k 'a or b' -xvs -n4 -p no:x --tb=short --lf\n"
    )


def test_the_line_for_options_of_pytest_runs(green: Path) -> None:
    told = refused(green, "run", "-q", "--random", "0", "-k", "alpha", "-x")
    typed = told.splitlines()[-1].split()[1:]
    ended = leakcheck(green, *typed)
    assert (ended.code, ended.stdout) == (0, "✓ 1 test: none order-dependent\n"), ended.text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("run -x", "run -- -x"),
        ("run -m slow -- -k a", "run -- -m slow -k a"),
        ("run --budget 20 --maxfail=1 tests", "run --budget 20 tests -- --maxfail=1"),
        ("run --budget=20 -W error tests", "run --budget=20 tests -- -W error"),
        ("run --json - --durations 3", "run --json - -- --durations 3"),
        ("run tests -k", "run tests -- -k"),
    ],
)
def test_where_options_of_pytest_go(typed: str, meant: str) -> None:
    own, _, rest = typed.partition(" -- ")
    given = Given(tuple(own.split()), tuple(rest.split()))
    found = behind_dashes(given, {"--budget": True, "--json": True, "-q": False})
    assert found.line.split(maxsplit=1)[1] == meant


@pytest.mark.parametrize("word", ["-k", "-xvs", "-n4", "--lf", "--tb=short", "-m", "-p", "-rA", "--cov=src"])
def test_words_for_pytest(word: str) -> None:
    assert is_for_pytest(word)


@pytest.mark.parametrize("word", ["--qiet", "-z", "-xz", "tests", "--baseline"])
def test_words_that_are_not(word: str) -> None:
    assert not is_for_pytest(word)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("run", "--engine", "frok"),
            ("Invalid value for '--engine': 'frok' is not one of 'auto', 'fork', 'spawn'; did you mean fork?\n"
            "See `leakcheck run --help`."),
        ),
        (
            ("run", "--profile", "quik"),
            ("Invalid value for '--profile': 'quik' is not one of 'quick', 'standard', 'thorough'; "
            "did you mean quick?\nSee `leakcheck run --help`."),
        ),
        (
            ("report", "--fail-on", "eror"),
            ("Invalid value for '--fail-on': 'eror' is not one of 'error', 'warning', 'note', 'never'; "
            "did you mean error?\nSee `leakcheck report --help`."),
        ),
        (
            ("report", "--color", "alwys"),
            ("Invalid value for '--color': 'alwys' is not one of 'auto', 'always', 'never'; "
            "did you mean always?\nSee `leakcheck report --help`."),
        ),
        (
            ("graph", "--format", "dott"),
            ("--format dott: no such format of the leak graph; did you mean dot?\n"
                "One of: dot, graphml, json, mermaid."),
        ),
        (("run", "tsts"), "no such path: tsts\nDid you mean: tests?"),
        (("run", "tsts/test_a.py::test_alpha"), ("no such path: tsts/test_a.py::test_alpha\n"
                                               "Did you mean: tests/test_a.py::test_alpha?")),
        (("run", "nowhere"), "no such path: nowhere\nPaths are relative to the folder you stand in."),
        (("run", "--audit", "x"), "--audit names an audit to go on with\nAdd --resume, or leave it out."),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)  # fmt: skip
def test_the_nearest_word(green: Path, arguments: tuple[str, ...], told: str) -> None:
    assert refused(green, *arguments) == f"leakcheck: {told}\n"


def test_a_test_that_is_not_in_its_file(green: Path) -> None:
    ended = leakcheck(green, "run", "tests/test_a.py::TestShop::test_prise")
    assert ended.code == 4
    lines = transcript(ended).splitlines()
    assert lines[0] == "leakcheck: pytest finds no test tests/test_a.py::TestShop::test_prise"
    assert lines[-1] == "Did you mean: tests/test_a.py::TestShop::test_price?"


CONFIGURED = {
    "paths": ('paths = ["tsts"]', "no such path: tsts (paths in leakcheck.toml)\nDid you mean: tests?"),
    "python": (
        'python = "no/python"',
        f"cannot start no/python: there is no such file (python in leakcheck.toml)\n{NAME_ONE}",
    ),
    "folder": (
        'folder = "pytest.ini"',
        (
            "cannot keep the audit in pytest.ini: Not a directory (folder in leakcheck.toml)\n"
            "Name a folder that can be written with --folder."
        ),
    ),
    "baseline": (
        'baseline = "tests"',
        "cannot read the baseline tests: [Errno 21] Is a directory: 'tests' (baseline in leakcheck.toml)",
    ),
}


@pytest.mark.parametrize("key", CONFIGURED)
def test_a_bad_value_is_named_with_its_file_and_key(green: Path, key: str) -> None:
    line, told = CONFIGURED[key]
    (green / "leakcheck.toml").write_text(f"{line}\n", "utf-8")
    assert refused(green, "run") == f"leakcheck: {told}\n"


def test_a_value_of_the_command_line_is_not_blamed_on_the_file(green: Path) -> None:
    (green / "leakcheck.toml").write_text('paths = ["tests"]\n', "utf-8")
    assert refused(green, "run", "tsts") == "leakcheck: no such path: tsts\nDid you mean: tests?\n"


def test_bad_arguments_of_a_file(green: Path) -> None:
    (green / "leakcheck.toml").write_text('pytest-args = ["--nobodys-option"]\n', "utf-8")
    told = refused(green, "run").splitlines()
    assert told[0] == "leakcheck: pytest cannot collect this suite"
    assert told[-1] == "Look at pytest-args in leakcheck.toml, and at pytest's own configuration."


COMMANDS = ["run", "report", "diff", "explain", "graph", "audits", "baseline", "baseline write", "baseline show"]


@pytest.mark.parametrize("command", ["", *COMMANDS])
def test_h_shows_help(tmp_path: Path, command: str) -> None:
    short = leakcheck(tmp_path, *command.split(), "-h")
    assert (short.code, short.stderr) == (0, "")
    assert short.stdout.startswith(f"Usage: leakcheck{' ' if command else ''}{command} ")
    assert leakcheck(tmp_path, *command.split(), "--help") == short


@pytest.mark.parametrize("command", ["", "baseline"])
def test_nothing_at_all_shows_help(tmp_path: Path, command: str) -> None:
    assert leakcheck(tmp_path, *command.split()) == leakcheck(tmp_path, *command.split(), "--help")
    assert os.listdir(tmp_path) == []
