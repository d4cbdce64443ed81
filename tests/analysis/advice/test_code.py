"""Fixes as code: always valid Python, with the names of the leak where they are names."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from leakcheck.analysis.advice.by_kind import leak_advice
from leakcheck.analysis.advice.code import fix_example
from leakcheck.records import NO_VALUE, Leak, Location, PathChange, Source
from watched import OWN

KINDS = (
    "dependency_overrides",
    "app_state",
    "client_cookies",
    "client_headers",
    "environ",
    "module_globals",
    "cwd",
)
HOSTILE = 'x"]\n`</script>'


def leak(kind: str, owner: str = "shop.main:app", key: str = "prices", **source: str) -> Leak:
    found = Source("tests/conftest.py", 3, "f", **{"phase": "setup", **source})
    return Leak(
        "L1", Location(kind, owner, key), "broken", ("a.py::a",), (), (), (found,), "a", "b", kind=OWN[kind]
    )


@pytest.mark.parametrize("owner", ["shop.main:app", "tests/a.py:3", HOSTILE, "1a:b", ""])
@pytest.mark.parametrize("key", ["prices", "shop.auth:current_user", HOSTILE, "a b", ""])
@pytest.mark.parametrize("kind", KINDS)
def test_whatever_the_names_it_is_python(kind: str, key: str, owner: str) -> None:
    ast.parse(fix_example(leak(kind, owner, key)))
    ast.parse(fix_example(leak(kind, owner, key, fixture=HOSTILE)))


def test_an_override_is_cleared_after_the_yield_of_its_fixture() -> None:
    found = leak("dependency_overrides", key="shop.auth:current_user", fixture="as_alice")
    assert fix_example(replace(found, before=NO_VALUE)) == (
        "import pytest\n\nfrom shop.auth import current_user\nfrom shop.main import app\n\n\n"
        "@pytest.fixture\ndef as_alice():\n"
        "    app.dependency_overrides[current_user] = lambda: ...\n"
        "    yield\n"
        "    app.dependency_overrides.pop(current_user, None)\n"
    )


def test_an_override_of_others_comes_back_with_the_old_mapping() -> None:
    found = leak("dependency_overrides", key="shop.auth:current_user", fixture="as_alice")
    text = fix_example(found)
    ast.parse(text)
    assert ".dependency_overrides.update(before)" in text
    assert "pop(" not in text
    assert "update(before)" in leak_advice(found)
    assert "pop(dep, None)" in leak_advice(replace(found, before=NO_VALUE))


def test_state_of_an_app_is_made_by_a_factory_for_each_test() -> None:
    text = fix_example(leak("app_state"))
    assert "def create_app():" in text
    assert "app.state.prices = ..." in text
    assert "def app():\n    return create_app()" in text


def test_what_several_lines_make_a_third_party_change_is_put_back_in_one_fixture() -> None:
    one = leak("module_globals")
    text = fix_example(replace(one, internal=True, sources=(*one.sources, Source("a.py", 4, "f", "call"))))
    ast.parse(text)
    assert "@pytest.fixture(autouse=True)" in text


def test_cookies_get_a_client_for_each_test() -> None:
    text = fix_example(leak("client_cookies", owner="tests.clients:browser", key="session"))
    assert "def browser():\n    with TestClient(app) as client:\n        yield client" in text


def test_a_replaced_function_is_replaced_by_monkeypatch() -> None:
    text = fix_example(leak("module_globals", owner="shop.mailer", key="send"))
    assert 'monkeypatch.setattr("shop.mailer.send", ...)' in text


def test_the_advice_fits_what_was_done() -> None:
    """An entry of a container is no attribute, and fake time is stopped."""
    entry = leak("module_globals", owner="shop", key='LOG["mug"]')
    assert "setitem" in leak_advice(entry)
    assert fix_example(entry) == ""
    emptied = leak("module_globals", owner="shop", key="LOG")
    assert "setitem" not in leak_advice(emptied)
    emptied = replace(emptied, paths=(PathChange('["mug"]', "1", "absent"), PathChange('["cup"]', "2", "absent")))
    assert "setitem" in leak_advice(emptied)
    frozen = replace(leak("module_globals", owner="time", key="time"), after="function freezegun.api:fake_time")
    assert "`stop()`" in leak_advice(frozen)
    assert "setattr" not in leak_advice(frozen) + fix_example(frozen)


def test_what_an_import_leaks_moves_into_a_fixture() -> None:
    assert "def arranged():" in fix_example(leak("app_state", phase="import"))


def test_kinds_without_a_usual_form_have_no_example() -> None:
    assert fix_example(leak("locale")) == ""
