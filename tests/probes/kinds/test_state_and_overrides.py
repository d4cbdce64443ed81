"""`app.state` and `dependency_overrides` as real suites change them: one project, one audit, a file per topic."""

from __future__ import annotations

from typing import Any

import pytest

from support import Audited, Project

pytestmark = pytest.mark.processes

STATE = """
    from dataclasses import dataclass

    import pytest
    from fastapi import FastAPI
    from pydantic import BaseModel
    from starlette.applications import Starlette
    from starlette.datastructures import State

    class Plain:
        def __init__(self):
            self.rows = {"a": [1]}

    class Slotted:
        __slots__ = ("rows",)

        def __init__(self):
            self.rows = {"a": 1}

    @dataclass
    class Data:
        rows: dict

    class Model(BaseModel):
        rows: dict

    app, sub, replaced, star = FastAPI(), FastAPI(), FastAPI(), Starlette()
    app.mount("/sub", sub)
    app.state.gone = 1
    app.state.nested = {"users": {"ann": [{"name": "Ann"}]}}
    app.state.plain, app.state.data, app.state.model = Plain(), Data({"a": 1}), Model(rows={"a": 1})
    app.state.slotted = Slotted()
    app.state.equal = {"a": [1]}
    app.state.same = 1
    replaced.state.before = 1

    def test_sets():
        app.state.fresh = 1

    def test_deletes():
        if hasattr(app.state, "gone"):
            del app.state.gone

    def test_nested():
        app.state.nested["users"]["ann"][0]["name"] = "Bob"

    def test_plain():
        rows = app.state.plain.rows
        assert rows
        rows["a"].append(2)

    def test_data():
        app.state.data.rows["a"] = 2

    def test_model():
        app.state.model.rows["a"] = 2

    def test_slotted():
        app.state.slotted.rows["a"] = 2

    def test_mounted():
        sub.state.fresh = 1

    def test_starlette():
        star.state.fresh = 1

    def test_replaces_the_state():
        replaced.state = State({"after": 2})

    # None of these leaves anything behind.

    def test_equal_value():
        app.state.equal = {"a": [1]}

    def test_put_back():
        app.state.same = 2
        app.state.same = 1

    def test_in_place_put_back():
        app.state.equal["a"].append(2)
        app.state.equal["a"].pop()

    def test_monkeypatch(monkeypatch):
        monkeypatch.setattr(app.state, "never_there", 3, raising=False)
        monkeypatch.setitem(app.state.nested, "other", 1)

    def test_an_app_of_its_own():
        own = FastAPI()
        own.state.fresh = 1
        own.dependency_overrides[Plain] = Model

    @pytest.fixture
    def tidy():
        app.state.tidy = 1
        yield
        del app.state.tidy

    def test_tidy_fixture(tidy):
        assert app.state.tidy
"""

SCOPES = """
    import pytest
    from fastapi import FastAPI

    app = FastAPI()

    @pytest.fixture(scope="module")
    def holds_and_restores():
        app.state.held = 1
        yield
        del app.state.held

    @pytest.fixture(scope="module")
    def leaves():
        app.state.left = 1
        yield
        app.state.torn = 2

    @pytest.fixture(scope="class")
    def in_class():
        app.state.in_class = 1

    def test_one(holds_and_restores):
        assert app.state.held

    def test_two(holds_and_restores):
        assert app.state.held

    def test_three(leaves):
        pass

    def test_four(leaves):
        pass

    class TestThem:
        def test_five(self, in_class):
            pass

    def test_reads():
        assert not hasattr(app.state, "never")
"""

SHOP = """
    from fastapi import Depends, FastAPI

    def who():
        return "nobody"

    app = FastAPI()

    @app.get("/who")
    def answer(name: str = Depends(who)):
        return name
"""

OVERRIDES = """
    import pytest
    from fastapi import FastAPI

    def first():
        return 1

    def second():
        return 2

    def fake():
        return 3

    set_app, empty_app, new_app, clear_app, alias_app, tidy_app = (FastAPI() for _ in range(6))
    for each in (empty_app, clear_app):
        each.dependency_overrides[first] = fake

    @pytest.fixture
    def sets():
        set_app.dependency_overrides[first] = fake

    def test_set_in_a_fixture(sets):
        pass

    def test_replaced_by_an_empty_dict():
        empty_app.dependency_overrides = {}

    def test_replaced_by_a_new_dict():
        new_app.dependency_overrides = {second: fake}

    def test_clear():
        clear_app.dependency_overrides.clear()

    @pytest.fixture
    def overrides():
        return alias_app.dependency_overrides

    def test_through_a_fixtures_value(overrides):
        overrides[second] = fake

    @pytest.fixture
    def undone():
        tidy_app.dependency_overrides[first] = fake
        yield
        tidy_app.dependency_overrides.clear()

    def test_undone(undone):
        assert tidy_app.dependency_overrides

    def test_undone_by_monkeypatch(monkeypatch):
        monkeypatch.setitem(tidy_app.dependency_overrides, second, fake)
        monkeypatch.setattr(tidy_app, "dependency_overrides", {first: fake})
"""

IMPORTS = """
    import shop

    shop.app.dependency_overrides[shop.who] = lambda: "somebody"

    def test_nothing():
        pass
"""

VICTIM = """
    import shop
    from fastapi.testclient import TestClient

    def test_nobody():
        assert TestClient(shop.app).get("/who").json() == "nobody"
"""

PROJECT = Project(
    {
        "pytest.ini": "[pytest]\npythonpath = .\n",
        "shop.py": SHOP,
        "test_imports.py": IMPORTS,
        "test_overrides.py": OVERRIDES,
        "test_scopes.py": SCOPES,
        "test_state.py": STATE,
        "test_victim.py": VICTIM,
    }
)


@pytest.fixture(scope="module")
def found() -> Audited:
    return PROJECT.audit("--random", "0")


def line_of(file: str, text: str) -> int:
    """The number of the first line of a project's file that holds `text`."""
    return next(n for n, line in enumerate(PROJECT.files[file].splitlines(), 1) if text in line)


def test_only_the_import_hurts(found: Audited) -> None:
    hurt = {name: verdict for name, verdict in found.names.items() if verdict != "stable"}
    assert hurt == {"test_nobody": "victim"}, found.text


STATE_LEAKS = {
    "test_sets": ("test_state:app", "fresh", None, "absent", "1"),
    "test_deletes": ("test_state:app", "gone", None, "1", "absent"),
    "test_nested": ("test_state:app", "nested", '["users"]["ann"][0]["name"]', "'Ann'", "'Bob'"),
    "test_plain": ("test_state:app", "plain", '.rows["a"][1]', "absent", "2"),
    "test_data": ("test_state:app", "data", '.rows["a"]', "1", "2"),
    "test_model": ("test_state:app", "model", '.rows["a"]', "1", "2"),
    "test_slotted": ("test_state:app", "slotted", '.rows["a"]', "1", "2"),
    "test_mounted": ("test_state:sub", "fresh", None, "absent", "1"),
    "test_starlette": ("test_state:star", "fresh", None, "absent", "1"),
}
STATE_LINES = {
    "test_sets": "app.state.fresh = 1",
    "test_deletes": "del app.state.gone",
    "test_nested": '= "Bob"',
    "test_plain": 'rows["a"].append(2)',
    "test_data": 'data.rows["a"] = 2',
    "test_model": 'model.rows["a"] = 2',
    "test_slotted": 'slotted.rows["a"] = 2',
    "test_mounted": "sub.state.fresh = 1",
    "test_starlette": "star.state.fresh = 1",
}


@pytest.mark.parametrize("test", STATE_LEAKS)
def test_a_change_of_app_state(found: Audited, test: str) -> None:
    owner, key, path, before, after = STATE_LEAKS[test]
    (leak,) = [each for each in found.leaks("app_state", key) if each["owner"] == owner]
    assert (leak["path"], leak["before"], leak["after"]) == (path, before, after)
    assert leak["polluters"] == [f"test_state.py::{test}"]
    assert leak["sources"] == [
        {
            "file": "test_state.py",
            "line": line_of("test_state.py", STATE_LINES[test]),
            "function": test,
            "fixture": None,
            "scope": None,
            "phase": "call",
        }
    ]


def test_a_state_that_is_replaced(found: Audited) -> None:
    leaks = {leak["key"]: leak for leak in found.leaks("app_state") if leak["owner"] == "test_state:replaced"}
    assert {key: (leak["before"], leak["after"]) for key, leak in leaks.items()} == {
        "before": ("1", "absent"),
        "after": ("absent", "2"),
    }


def test_nothing_else_of_app_state_leaks(found: Audited) -> None:
    owners = ("test_state:app", "test_state:sub", "test_state:star", "test_state:replaced")
    others = [leak for leak in found.leaks("app_state") if leak["owner"].startswith("test_state")]
    assert {leak["owner"] for leak in others} == set(owners)
    assert len(others) == len(STATE_LEAKS) + 2
    assert not [leak for leak in found.report["leaks"] if "conftest" in leak["owner"] or "fixture" in leak["owner"]]


def scoped(found: Audited) -> dict[str, dict[str, Any]]:
    return {leak["key"]: leak for leak in found.leaks("app_state") if leak["owner"] == "test_scopes:app"}


def test_what_a_module_fixture_restores_is_no_leak(found: Audited) -> None:
    assert "held" not in scoped(found)


def test_what_a_fixture_leaves_after_its_own_teardown_is_one(found: Audited) -> None:
    leaks = scoped(found)
    assert set(leaks) == {"left", "torn", "in_class"}
    (source,) = leaks["left"]["sources"]
    assert (source["fixture"], source["scope"], source["phase"]) == ("leaves", "module", "setup")
    (source,) = leaks["torn"]["sources"]
    assert (source["fixture"], source["scope"], source["phase"]) == ("leaves", "module", "teardown")
    assert source["line"] == line_of("test_scopes.py", "app.state.torn = 2")
    (source,) = leaks["in_class"]["sources"]
    assert (source["fixture"], source["scope"], source["phase"]) == ("in_class", "class", "setup")
    assert sorted(leaks["left"]["polluters"]) == ["test_scopes.py::test_four", "test_scopes.py::test_three"]


FIRST, SECOND = "test_overrides:first", "test_overrides:second"
FAKE = "function test_overrides:fake"
OVERRIDE_LEAKS = {
    "test_set_in_a_fixture": ("set_app", FIRST, "absent", FAKE),
    "test_replaced_by_an_empty_dict": ("empty_app", FIRST, FAKE, "absent"),
    "test_replaced_by_a_new_dict": ("new_app", SECOND, "absent", FAKE),
    "test_clear": ("clear_app", FIRST, FAKE, "absent"),
    "test_through_a_fixtures_value": ("alias_app", SECOND, "absent", FAKE),
}
OVERRIDE_SOURCES = {
    "test_set_in_a_fixture": ("set_app.dependency_overrides[first] = fake", "sets", "sets", "setup"),
    "test_replaced_by_an_empty_dict": ("empty_app.dependency_overrides = {}", None, None, "call"),
    "test_replaced_by_a_new_dict": ("new_app.dependency_overrides = {", None, None, "call"),
    "test_clear": ("clear_app.dependency_overrides.clear()", None, None, "call"),
    "test_through_a_fixtures_value": ("overrides[second] = fake", None, None, "call"),
}


@pytest.mark.parametrize("test", OVERRIDE_LEAKS)
def test_a_change_of_overrides(found: Audited, test: str) -> None:
    app, key, before, after = OVERRIDE_LEAKS[test]
    (leak,) = [leak for leak in found.leaks("dependency_overrides") if leak["owner"] == f"test_overrides:{app}"]
    assert (leak["key"], leak["before"], leak["after"]) == (key, before, after)
    assert leak["polluters"] == [f"test_overrides.py::{test}"]
    text, function, fixture, phase = OVERRIDE_SOURCES[test]
    (source,) = leak["sources"]
    assert source["line"] == line_of("test_overrides.py", text)
    assert (source["function"], source["fixture"], source["phase"]) == (function or test, fixture, phase)


def test_overrides_that_were_undone_are_no_leak(found: Audited) -> None:
    assert not [leak for leak in found.report["leaks"] if leak["owner"] == "test_overrides:tidy_app"]


def test_an_override_at_import_is_the_files_leak(found: Audited) -> None:
    leak = found.leak("dependency_overrides", "shop:who")
    assert leak["owner"] == "shop:app"
    assert leak["polluters"] == ["test_imports.py"]
    assert leak["impact"] == "broken"
    assert leak["victims"] == ["test_victim.py::test_nobody"]
    (source,) = leak["sources"]
    assert source["phase"] == "import"
    assert (source["file"], source["line"]) == ("test_imports.py", line_of("test_imports.py", "somebody"))
    (edge,) = [edge for edge in found.report["edges"] if edge["effect"] == "breaks"]
    assert (edge["from"], edge["confirmed"], edge["leak"]) == (["test_imports.py"], True, leak["id"])


def test_the_import_leaks_command_reproduces(found: Audited) -> None:
    (edge,) = [edge for edge in found.report["edges"] if edge["effect"] == "breaks"]
    from support import run

    with PROJECT.folder() as folder:
        ended = run(folder, "sh", "-c", edge["reproduce"] + " -rf")
        alone = run(folder, "pytest", "test_victim.py")
    assert "FAILED test_victim.py::test_nobody" in ended.stdout
    assert "1 failed" in ended.stdout
    assert alone.code == 0
