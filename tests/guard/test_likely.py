"""Lines that by their source write what was left: told where they are few, and of nobody who only reads."""

from __future__ import annotations

import importlib.util
import textwrap
from collections.abc import Callable
from pathlib import Path
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

import pytest

from leakcheck.guard.likely import LikelyLines, likely_lines
from leakcheck.guard.sources import functions_of
from leakcheck.records import Change, Location

GLOBALS = "module_globals"
Load = Callable[..., ModuleType]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def made(text: str, name: str = "test_it.py") -> ModuleType:
        file = tmp_path / name
        file.write_text(textwrap.dedent(text), "utf-8")
        spec = importlib.util.spec_from_file_location(file.stem, file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return made


def found(functions: list[FunctionType], kind: str, key: str, owner: str = "shop.rules") -> LikelyLines:
    change = Change(Location(kind, owner, key), "1", "2", "x")
    return likely_lines(change, functions, lambda file: Path(file).name)


@pytest.mark.parametrize(
    ("line", "kind", "key"),
    [
        ("rules.LIMIT = 9", GLOBALS, "LIMIT"),
        ("rules.LIMIT += 9", GLOBALS, "LIMIT"),
        ("del rules.LIMIT", GLOBALS, "LIMIT"),
        ("rules.Policy.limit = 9", GLOBALS, "Policy.limit"),
        ('setattr(rules.Policy, "limit", 9)', GLOBALS, "Policy.limit"),
        ('patch.object(rules, "LIMIT", 9).start()', GLOBALS, "LIMIT"),
        ('patch("shop.rules.LIMIT", 9).start()', GLOBALS, "LIMIT"),
        ('rules.LIMITS["users"]["1"] = 9', GLOBALS, 'LIMITS["users"]["1"]'),
        ('rules.LIMITS["users"].update({"1": 9})', GLOBALS, 'LIMITS["users"]["1"]'),
        ("os.chdir('/')", "cwd", "cwd"),
        ("sys.path.insert(0, 'x')", "sys_path", "path"),
        ("sys.argv = ['x']", "argv", "argv"),
        ("sys.modules['late'] = stub", "sys_modules", "late"),
        ("logging.getLogger('shop').setLevel(10)", "logging", "level"),
        ("logging.getLogger('shop').propagate = False", "logging", "propagate"),
        ("threading.Thread(target=poll).start()", "threads", "function shop:poll"),
    ],
)
def test_the_line_that_writes(load: Load, line: str, kind: str, key: str) -> None:
    module = load(f"def test_it():\n    before = rules.LIMIT\n    {line}\n    assert rules.LIMIT, rules.LIMITS\n")
    assert found([module.test_it], kind, key).texts == ("test_it.py:3 in test_it",)


@pytest.mark.parametrize(
    "line",
    [
        "assert rules.LIMIT == 9",
        "LIMIT = 9",
        "monkeypatch.setattr(rules, 'LIMIT', 9)",
        "mocker.patch.object(rules, 'LIMIT', 9).start()",
        "with patch.object(rules, 'LIMIT', 9): pass",
        "client.get('/LIMIT')",
        "rules.OTHER = rules.LIMIT",
    ],
)
def test_who_only_reads_or_undoes_is_not_told(load: Load, line: str) -> None:
    module = load(f"def test_it(monkeypatch, mocker):\n    {line}\n")
    assert found([module.test_it], GLOBALS, "LIMIT") == LikelyLines()


def test_of_two_lines_the_one_that_names_more_is_told_and_both_where_they_are_alike(load: Load) -> None:
    module = load(
        """
        def test_it():
            logging.getLogger("other").setLevel(10)
            logging.getLogger("shop").setLevel(10)

        def test_twice():
            rules.LIMIT = 8
            rules.LIMIT = 9
        """
    )
    assert found([module.test_it], "logging", "level", "shop").texts == ("test_it.py:4 in test_it",)
    assert len(found([module.test_twice], GLOBALS, "LIMIT").texts) == 2


def test_a_value_that_a_file_of_tests_sets_is_not_made_by_use(load: Load) -> None:
    text = "def work():\n    rules.LIMITS['a'] = 9\n"
    assert found([load(text).work], GLOBALS, 'LIMITS["a"]').by_test
    assert not found([load(text, "shop.py").work], GLOBALS, 'LIMITS["a"]').by_test


def test_fixtures_and_what_is_called_by_name_are_looked_through(load: Load) -> None:
    module = load(
        """
        def deep(): ...
        def spoil(): deep()
        def never(): ...
        def narrow(): spoil()
        def wide(): ...
        def test_it(narrow): ...
        """
    )
    fixtures = {
        name: [SimpleNamespace(func=getattr(module, name), scope=scope, argname=name)]
        for name, scope in (("narrow", "function"), ("wide", "module"))
    }
    item: Any = SimpleNamespace(function=module.test_it, _fixtureinfo=SimpleNamespace(name2fixturedefs=fixtures))
    assert [each.__name__ for each in functions_of(item)] == ["test_it", "narrow", "spoil", "deep"]
    assert [each.__name__ for each in functions_of(item, "wide")] == ["wide"]
