from __future__ import annotations

import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.records import Location, PathChange, Source
from leakcheck.reports.wording import words
from reports.samples import APP, BROWSER, leak
from watched import OWN

CACHE = Location("app_state", APP, "cache")
OVERRIDE = Location("dependency_overrides", APP, "shop.auth:current_user")


@pytest.mark.parametrize(
    ("location", "path", "text"),
    [
        (CACHE, '["prices"]["mug"]', 'app.state.cache["prices"]["mug"] of shop.main:app'),
        (replace(CACHE, key="a key"), None, 'app.state["a key"] of shop.main:app'),
        (replace(CACHE, key="*"), None, "all of app.state of shop.main:app"),
        (replace(CACHE, owner="{key}", key="{owner}"), None, 'app.state["{owner}"] of {key}'),
        (OVERRIDE, None, "dependency_overrides[shop.auth:current_user] of shop.main:app"),
        (Location("client_cookies", BROWSER, "basket"), None, "cookie basket of tests.clients:browser"),
        (Location("client_cookies", BROWSER, "*"), None, "all cookies of tests.clients:browser"),
        (Location("client_headers", BROWSER, "x-a"), None, "header x-a of tests.clients:browser"),
        (Location("module_globals", "shop.mail", "send"), ".n", "shop.mail.send.n"),
    ],
)
def test_a_location_reads_like_the_projects_own_code(location: Location, path: str | None, text: str) -> None:
    assert words.place_at(location, OWN[location.kind], path) == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (
            Source("tests/conftest.py", 41, "as_alice", "setup", "as_alice", "function"),
            "tests/conftest.py:41 in fixture as_alice (function scope), during setup",
        ),
        (
            Source("tests/clients.py", 13, "log_in", "teardown", "customer", "module"),
            "tests/clients.py:13 in log_in, fixture customer (module scope), during teardown",
        ),
        (Source("tests/clients.py", 13, "log_in", "call"), "tests/clients.py:13 in log_in, during the call"),
        (Source("tests/test_a.py", 3, "<module>", "import"), "tests/test_a.py:3, at import"),
        (Source("tests/test_a.py", 0, "", "later"), "tests/test_a.py, later"),
    ],
)
def test_a_source_says_where_in_what_and_when(source: Source, text: str) -> None:
    assert words.writer(source) == text


def test_many_sources_are_counted() -> None:
    sources = [Source("a.py", line, "f", "call") for line in range(1, 6)]
    assert words.writers(sources)[-1] == "+ 2 more"
    assert len(words.writers(sources)) == 4


@given(st.text(st.characters()))
def test_clean_text_has_nothing_hidden_and_is_clean_again(text: str) -> None:
    shown = words.clean(text)
    assert not [each for each in shown if unicodedata.category(each) in ("Cc", "Cs", "Zl", "Zp")]
    assert words.clean(shown) == shown
    shown.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("\ud800", "\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("[bold] é 漢 ✗", "[bold] é 漢 ✗"),
    ],
)
def test_clean_spells_out_what_cannot_be_seen(text: str, shown: str) -> None:
    assert words.clean(text) == shown


def test_long_text_loses_its_middle_and_says_so() -> None:
    shown = words.clip("a" * 10_000 + "z")
    assert shown.startswith("aaa")
    assert shown.endswith("az (10,001 characters)")
    assert len(shown) < 200
    assert words.clip("short") == "short"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.04, "0.0 s"), (6.14, "6.1 s"), (12.4, "12 s"), (99.6, "1 min 40 s"), (125, "2 min 5 s")],
)
def test_durations(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


def test_plurals() -> None:
    assert [words.plural(number, "test") for number in (0, 1, 1200)] == ["0 tests", "1 test", "1,200 tests"]
    assert words.plural(2, "difference is", "differences are") == "2 differences are"


def test_outcomes_tell_the_bad_ones_first() -> None:
    outcomes = {"declared": "passed", "reversed": "failed", "isolated": "passed", "random-1": "failed"}
    assert words.outcomes_by_word(outcomes) == "failed in reversed, random-1; passed in declared, isolated"


def test_parts_of_a_leak_are_its_one_path_or_all_of_them() -> None:
    whole = leak(1, Location("app_state", APP, "x"), "latent", "tests/test_a.py::test_x")
    assert words.parts_of(whole) == (PathChange("", "absent", "'changed'"),)
