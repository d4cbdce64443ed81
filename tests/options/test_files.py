"""Configuration files: which one counts, what it says, and everything that is wrong with it at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from leakcheck.errors import UsageError
from leakcheck.options import Ignore, Options, Settings, find_config, load_config, settle


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def settled(folder: Path, **given: object) -> Settings:
    return settle(given, find_config(folder))


FULL = """
[tool.leakcheck]
paths = ["tests", "more/test_x.py::test_a"]
pytest-args = ["-m", "not slow"]
python = ".venv/bin/python"
profile = "thorough"
random = 5
seed = 7
depth = 1
budget = "90s"
engine = "spawn"
lanes = 2
test-timeout = 1.5
execution-timeout = 60
fail-on = "warning"
baseline = "ci/known.txt"
folder = ".audits"
show-values = true

[[tool.leakcheck.ignore]]
kind = "app_state"
owner = "shop.main:app"
key = "log*"
test = "tests/legacy/*"
file = "tests/conftest.py"
reason = "An append-only log: see the ticket."
until = 2030-01-31
"""


def test_every_key(tmp_path: Path) -> None:
    found = settled(write(tmp_path, {"pyproject.toml": FULL}))
    assert found.options == Options(
        paths=("tests", "more/test_x.py::test_a"),
        pytest_args=("-m", "not slow"),
        python=".venv/bin/python",
        engine="spawn",
        lanes=2,
        profile="thorough",
        random=5,
        random_until="all",
        seed=7,
        test_timeout=1.5,
        execution_timeout=60.0,
        budget=90.0,
        budget_unit="seconds",
        depth=1,
        show_values=True,
        folder=".audits",
    )
    rule = Ignore(
        reason="An append-only log: see the ticket.",
        kind="app_state",
        owner="shop.main:app",
        key="log*",
        test="tests/legacy/*",
        file="tests/conftest.py",
        until=date(2030, 1, 31),
        origin="pyproject.toml, ignore rule 1",
    )
    assert (found.judging.fail_on, found.judging.baseline, found.judging.ignore) == (
        "warning",
        "ci/known.txt",
        (rule,),
    )
    assert found.source == "pyproject.toml"


def test_without_a_file_there_are_defaults(tmp_path: Path) -> None:
    assert settled(write(tmp_path, {"pyproject.toml": "[project]\nname = 'x'\n", ".git/HEAD": ""})) == Settings()


def test_the_command_line_wins(tmp_path: Path) -> None:
    write(tmp_path, {"leakcheck.toml": 'random = 5\nfail-on = "note"\n'})
    found = settled(tmp_path, random=0)
    assert (found.options.random, found.judging.fail_on) == (0, "note")


@pytest.mark.parametrize(
    ("written", "given", "random", "depth"),
    [
        ("", {}, 3, 2),
        ('profile = "quick"', {}, 1, 1),
        ('profile = "quick"\nrandom = 5', {}, 5, 1),
        ("random = 5", {"profile": "quick"}, 1, 1),
        ('profile = "thorough"', {"profile": "quick", "random": 4}, 4, 1),
    ],
)
def test_a_profile_stands_for_several_options(
    tmp_path: Path, written: str, given: dict[str, object], random: int, depth: int
) -> None:
    options = settled(write(tmp_path, {"leakcheck.toml": written}), **given).options
    assert (options.random, options.depth) == (random, depth)


def test_its_own_file_wins_over_pyproject(tmp_path: Path) -> None:
    files = {"pyproject.toml": "[tool.leakcheck]\nrandom = 1\n", "leakcheck.toml": "random = 2\n"}
    assert settled(write(tmp_path, files)).options.random == 2


def test_the_nearest_file_above_counts_and_its_paths_are_its_own(tmp_path: Path) -> None:
    text = 'paths = ["tests", "/srv/t.py::test_a"]\npython = ".venv/bin/python"\nfolder = "audits"\n'
    write(tmp_path, {"leakcheck.toml": text, "a/pyproject.toml": "[tool.other]\n", "a/b/x.txt": ""})
    found = settled(tmp_path / "a" / "b")
    assert found.options.paths == ("../../tests", "/srv/t.py::test_a")
    assert (found.options.python, found.options.folder) == ("../../.venv/bin/python", "../../audits")
    assert found.judging.baseline == "../../leakcheck-baseline.txt"
    assert found.source == "../../leakcheck.toml"


def test_an_interpreter_by_its_name_alone_is_looked_up_elsewhere(tmp_path: Path) -> None:
    write(tmp_path, {"leakcheck.toml": 'python = "python3.11"\n', "a/x.txt": ""})
    assert settled(tmp_path / "a").options.python == "python3.11"


def test_nothing_above_the_repository_counts(tmp_path: Path) -> None:
    write(tmp_path, {"leakcheck.toml": "random = 2\n", "a/.git/HEAD": ""})
    assert find_config(tmp_path / "a") is None


def test_a_file_by_its_name(tmp_path: Path) -> None:
    write(tmp_path, {"leakcheck.toml": "random = 2\n", "ci/nightly.toml": "random = 9\n"})
    config = load_config(tmp_path / "ci" / "nightly.toml", tmp_path)
    assert settle({}, config).options.random == 9


def errors(folder: Path) -> UsageError:
    with pytest.raises(UsageError) as caught:
        find_config(folder)
    return caught.value


BAD = """
randon = 3
lanes = 0
random = true
budget = "soon"
test_timeout = 3
test-timeout = 0
fail-on = "warnings"
paths = "tests"
show-values = "yes"
profile = "Quick"
folder = ""

[[ignore]]
kind = "app_stat"
reason = "x"

[[ignore]]
tests = "a"
until = "tomorrow"

[[ignore]]
test = "*"
reason = ""

[[ignore]]
reason = "nothing named"
"""
TOLD = """\
  randon = 3: there is no such key; did you mean random?
  lanes = 0: a whole number of at least 1 is expected
  random = true: a whole number of at least 0, or "auto", is expected
  budget = 'soon': runs of the declared order (20) or a time ("90s", "10m", "1h") are expected
  test_timeout = 3: there is no such key; did you mean test-timeout?
  test-timeout = 0: a number of seconds, at least 0.1, is expected
  fail-on = 'warnings': one of error, warning, note, never is expected; did you mean warning?
  paths = 'tests': a list of texts is expected
  show-values = 'yes': true or false is expected
  profile = 'Quick': one of quick, standard, thorough is expected; did you mean quick?
  folder = '': a text is expected
  ignore rule 1: kind = 'app_stat': a kind of state is expected; did you mean app_state?
  ignore rule 2: tests = 'a': there is no such key; did you mean test?
  ignore rule 2: until = 'tomorrow': a date is expected, like 2030-01-31
  ignore rule 2: reason: a reason is required
  ignore rule 2: code, kind, owner, key, test, file: at least one of these is required
  ignore rule 3: test = '*': a pattern that not everything fits is expected; leave the key out for that
  ignore rule 3: reason = '': a text is expected
  ignore rule 4: code, kind, owner, key, test, file: at least one of these is required"""


def test_all_errors_at_once_each_with_key_value_and_the_nearest_name(tmp_path: Path) -> None:
    found = errors(write(tmp_path, {"leakcheck.toml": BAD}))
    assert found.message == "leakcheck.toml has 19 errors"
    assert found.detail == TOLD


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("leakcheck.toml", "a = \n", "leakcheck.toml is not valid TOML: Invalid value (at line 1"),
        ("leakcheck.toml", "[tool.leakcheck]\nrandom = 1\n", "without a table [tool.leakcheck]"),
        ("leakcheck.toml", "ignore = 3\n", "tables are expected"),
        ("pyproject.toml", "[tool]\nleakcheck = 3\n", "tool.leakcheck = 3: a table is expected"),
        ("leakcheck.toml", f"paths = {'[' * 5_000}", "leakcheck.toml is nested too deeply"),
        ("pyproject.toml", f"paths = {'{a=' * 5_000}", "pyproject.toml is nested too deeply"),
        ("leakcheck.toml", f"{'.'.join('a' * 3_000)} = 1", "a: there is no such key"),
        ("leakcheck.toml", f"paths.{'.'.join('a' * 3_000)} = 1", "paths: a list of texts is expected"),
        ("leakcheck.toml", f"seed = {'1' * 5_000}", "leakcheck.toml is not valid TOML: Exceeds the limit"),
        ("leakcheck.toml", f"seed = 0x{'f' * 5_000}", "seed: a whole number of at least 0 is expected"),
        ("leakcheck.toml", f"test-timeout = 0x{'f' * 5_000}", "test-timeout: a number of seconds"),
        ("leakcheck.toml", 'folder = "a\\u0000b"', "folder = 'a\\x00b': a text is expected"),
        ("leakcheck.toml", 'paths = ["a\\u0000b"]', "a list of texts is expected"),
    ],
)
def test_files_that_make_no_sense(tmp_path: Path, name: str, text: str, words: str) -> None:
    found = errors(write(tmp_path, {name: text}))
    assert words in f"{found.message}\n{found.detail}"
