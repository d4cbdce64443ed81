"""What somebody connects to who says this, in this environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakcheck.postgres.parameters import Target, target_of
from leakcheck.postgres.wire import Server, is_local
from leakcheck.wire.database_terms import DatabaseTerms

GIVEN = {"host": "localhost", "port": 5433, "user": "app", "password": "x", "dbname": "shop"}


def test_what_is_given_counts() -> None:
    environ = {"PGHOST": "db.example", "PGDATABASE": "other", "PGUSER": "nobody"}
    assert target_of(GIVEN, environ) == Target(Server("localhost", 5433, "app", "x"), "shop")


def test_the_environment_fills_in_what_is_not() -> None:
    environ = {"PGHOST": "127.0.0.1", "PGDATABASE": "shop", "PGUSER": "app", "PGPASSWORD": "x"}
    assert target_of({"dbname": None}, environ) == Target(Server("127.0.0.1", 5432, "app", "x"), "shop")


def test_a_database_is_called_as_its_user_if_nobody_says_otherwise() -> None:
    found = target_of({"host": "/run", "user": "app", "password": "x"}, {})
    assert found is not None
    assert found.database == "app"


@pytest.mark.parametrize(
    "given",
    [
        {**GIVEN, "host": "db.example"},
        {**GIVEN, "host": "10.0.0.1"},
        {**GIVEN, "host": "localhost,127.0.0.1"},
        {**GIVEN, "hostaddr": "192.0.2.1"},
        {**GIVEN, "service": "shop"},
        {**GIVEN, "port": "5432,5433"},
        {**GIVEN, "dbname": "host=db.example"},
        {**GIVEN, "dbname": "postgresql://db.example/shop"},
    ],
)
def test_what_is_elsewhere_or_not_plain_is_left_alone(given: dict[str, object]) -> None:
    assert target_of(given, {}) is None


def test_a_service_of_the_environment_is_left_alone() -> None:
    assert target_of(GIVEN, {"PGSERVICE": "shop"}) is None


@pytest.mark.parametrize("mode", [0o600, 0o644])
def test_the_file_of_passwords_is_asked_as_libpq_does(tmp_path: Path, mode: int) -> None:
    kept = tmp_path / "pgpass"
    kept.write_text("other:*:*:*:no\n# a comment\nlocalhost:5433:sh\\:op:app:a\\:b\\\\c\n*:*:*:*:last\n", "utf-8")
    kept.chmod(mode)
    found = target_of({**GIVEN, "password": "", "dbname": "sh:op", "passfile": str(kept)}, {})
    assert found is not None
    assert found.server.password == ("a:b\\c" if mode == 0o600 else "")


def test_what_is_on_this_machine() -> None:
    assert all(map(is_local, ["localhost", "127.0.0.1", "127.1.2.3", "::1", "/var/run/postgresql"]))
    assert not any(map(is_local, ["db", "0.0.0.0", "example.com", "@abstract", ""]))


def test_a_server_elsewhere_counts_where_the_configuration_names_it() -> None:
    given = {**GIVEN, "host": "db"}
    assert target_of(given, {}) is None
    found = target_of(given, {}, DatabaseTerms(servers=("db",)))
    assert found == Target(Server("db", 5433, "app", "x"), "shop")
