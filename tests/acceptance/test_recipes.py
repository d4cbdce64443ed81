"""The recipes are carried out: their files pass in every order and leave nothing behind, their commands run as they
stand."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from pathlib import Path

import pytest

from programs import missing
from quotes import marked, shown
from quotes import missing as not_printed
from support import Ended, Project, leakcheck, run

PAGE = "docs/recipes.md"
TEXT = (Path(__file__).parents[2] / PAGE).read_text("utf-8")
FILES = dict(re.findall(r"<!-- (test_\w+\.py) -->\n```python\n(.*?)```", TEXT, re.DOTALL))
CLEAN = "def test_nothing(): pass\n"


def needed(*modules: str) -> None:
    for module in modules:
        if find_spec(module) is None:
            missing(f"{module} is missing: the extra `dev` asks for it")


def bash(mark: str, folder: Path) -> Ended:
    """The lines behind the comment `mark`, as they stand, in `folder`."""
    return run(folder, "bash", "-e", "-c", marked(PAGE, mark), plugins=True)


def project(files: Mapping[str, str]) -> Iterator[Path]:
    """These files, and an environment beside them."""
    with Project(dict(files)).folder() as folder:
        (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)
        yield folder


def test_an_audit_finds_nothing_in_them(tmp_path: Path) -> None:
    needed("flask", "sqlalchemy", "aiosqlite", "anyio")
    assert len(FILES) >= 4
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    ended = leakcheck(tmp_path, "run", "--random", "1", "--quiet", plugins=True)
    assert (ended.code, ended.stdout) == (0, "✓ 9 tests: none order-dependent\n"), ended.text


@pytest.fixture
def shop() -> Iterator[Path]:
    needed("django", "pytest_django")
    names = ("shop/settings_test.py", "tests/test_shop.py")
    yield from project({"shop/__init__.py": "", **{name: marked(PAGE, f"django: {name}") for name in names}})


def test_a_django_suite_is_audited_as_the_command_stands(shop: Path) -> None:
    ended = bash("django", shop)
    assert ended.code == 0, ended.text
    assert "✓ 2 tests: none order-dependent\n  no leak;" in ended.stdout


def test_what_the_django_recipe_puts_back_would_be_a_leak(shop: Path) -> None:
    """So the audit looks where it is said to."""
    file = shop / "tests/test_shop.py"
    file.write_text(file.read_text("utf-8").replace("    cache.clear()\n", ""), "utf-8")
    ended = bash("django", shop)
    assert ended.code == 1, ended.text
    assert "test_there_is_nobody" in ended.stdout


@pytest.fixture
def distributed() -> Iterator[Path]:
    needed("xdist")
    yield from project({"tests/test_a.py": CLEAN, "pytest.ini": "[pytest]\naddopts = -n 2\n"})


def test_a_distributed_suite_is_audited_in_one_process(distributed: Path) -> None:
    (command,) = shown(PAGE)
    ended = leakcheck(distributed, *command.command.split()[1:], "--", "-p", "xdist", "-p", "xdist.looponfail")
    assert ended.code == 0, ended.text
    assert not_printed(command.lines, ended.stdout) == [], ended.text


def test_the_guard_watches_a_distributed_suite(distributed: Path) -> None:
    ended = bash("xdist", distributed)
    assert ended.code == 0, ended.text
    assert "1 passed" in ended.stdout


def test_each_suite_of_a_monorepo_has_audits_of_its_own() -> None:
    suites = ("services/shop", "services/mail")
    with Project({f"{suite}/tests/test_a.py": CLEAN for suite in suites}).folder() as folder:
        for suite in suites:
            (folder / suite / ".venv").symlink_to(Path(sys.executable).parent.parent)
        ended = bash("monorepo", folder)
        assert ended.code == 0, ended.text
        assert ended.stdout.count("✓ 1 test: none order-dependent") == len(suites)
        assert all((folder / suite / ".leakcheck").is_dir() for suite in suites)
