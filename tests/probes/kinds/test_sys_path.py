"""`sys.path`: what pytest puts there for the packages of tests is nobody's leak."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from _pytest.assertion.rewrite import AssertionRewritingHook

from leakcheck.probes import Items
from leakcheck.probes.kinds.sys_path import Probe

BEFORE = Items(("/usr/lib",))


@pytest.fixture
def suite(tmp_path: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A conftest in a plain folder inside a package of tests, loaded as pytest loads one."""
    (tmp_path / "tests" / "app").mkdir(parents=True)
    (tmp_path / "tests" / "__init__.py").write_text("", "utf-8")
    conftest = tmp_path / "tests" / "app" / "conftest.py"
    conftest.write_text("", "utf-8")
    spec = spec_from_file_location("sample_conftest", conftest, loader=AssertionRewritingHook(pytestconfig))
    assert spec is not None
    monkeypatch.setitem(sys.modules, "sample_conftest", module_from_spec(spec))
    return tmp_path


def is_doubtful(*after: str) -> bool:
    return Probe().is_doubtful("sys", "path", BEFORE, Items(after))


def test_the_folder_above_a_package_of_tests_is_put_there_by_pytest(suite: Path) -> None:
    assert is_doubtful(str(suite), *BEFORE)


def test_so_is_the_folder_of_a_test_file_without_a_package(suite: Path) -> None:
    assert is_doubtful(str(suite / "tests" / "app"), str(suite), *BEFORE)


def test_pytest_does_so_where_the_folder_stands_further_down_already(suite: Path) -> None:
    before = Items((*BEFORE, str(suite)))
    assert Probe().is_doubtful("sys", "path", before, Items((str(suite), *before)))
    assert not Probe().is_doubtful("sys", "path", before, Items((str(suite), *BEFORE)))


def test_any_other_folder_is_told(suite: Path) -> None:
    assert not is_doubtful(str(suite / "tests"), *BEFORE)
    assert not is_doubtful(str(suite), "/lib", *BEFORE)


def test_what_is_gone_is_told(suite: Path) -> None:
    assert not is_doubtful(str(suite))
