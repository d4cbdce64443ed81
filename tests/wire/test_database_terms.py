"""The user's terms for copies of databases: where they may be made, and of what."""

from __future__ import annotations

import pytest

from leakcheck.errors import Unreadable
from leakcheck.wire.database_terms import DatabaseTerms

FULL = DatabaseTerms(("SHOP_DSN",), ("db", "other:5433"), ("bill*",), {"shop": "template"}, 512)


@pytest.mark.parametrize("terms", [FULL, DatabaseTerms()])
def test_they_arrive_as_they_were_sent(terms: DatabaseTerms) -> None:
    assert DatabaseTerms.decode(terms.encode()) == terms


def test_nothing_said_is_no_text() -> None:
    assert DatabaseTerms().encode() == ""


def test_what_is_none_is_an_error() -> None:
    with pytest.raises(Unreadable, match=r"DatabaseTerms\.megabytes: int expected"):
        DatabaseTerms.decode('{"megabytes": "many"}')


@pytest.mark.parametrize(
    ("host", "port", "is_named"),
    [("db", "5432", True), ("db", "1", True), ("other", "5433", True), ("other", "5432", False),
     ("dbs", "5432", False), ("far.example.org", "5432", True), ("far.example.org", "6000", False)],
)  # fmt: skip
def test_servers_are_named_by_themselves_or_by_a_variable(host: str, port: str, is_named: bool) -> None:
    environ = {"SHOP_DSN": "postgresql+asyncpg://me:x@far.example.org/shop", "ELSE": "postgres://elsewhere/x"}
    assert FULL.names(host, port, environ) is is_named


@pytest.mark.parametrize("url", ["", "mysql://far/x", "postgres://[", "postgres:///shop"])
def test_a_variable_that_names_no_server_names_none(url: str) -> None:
    assert not DatabaseTerms(urls=("SHOP_DSN",)).names("far", "5432", {"SHOP_DSN": url})


def test_what_is_left_and_what_has_another_template() -> None:
    assert FULL.leaves("billing")
    assert not FULL.leaves("shop")
    assert (FULL.template_of("shop"), FULL.template_of("billing")) == ("template", "billing")
