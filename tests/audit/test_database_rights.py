"""Whether databases that the environment names can be copied: asked on a real server, told without a password."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from leakcheck.audit.database_rights import Rights, rights
from leakcheck.wire.database_terms import DatabaseTerms
from postgres_server import PASSWORD, Postgres, started

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with started() as found:
        yield found


def address(server: Postgres, user: str, database: str) -> str:
    password = PASSWORD.replace(" ", "%20")
    return f"postgresql+asyncpg://{user}:{password}@127.0.0.1:{server.port}/{database}"


def test_a_role_that_may_make_databases_gets_copies(server: Postgres) -> None:
    with server.database("shop") as name:
        where = address(server, server.user, name)
        found = rights({"DATABASE_URL": where, "THE_SAME": where, "HOME": "/root"})
    assert found == (Rights(f"shop on 127.0.0.1:{server.port}", ""),)


def test_what_a_role_lacks_is_told(server: Postgres) -> None:
    with server.database("mail", owner="clerk") as name:
        (found,) = rights({"TEST_DB": address(server, "clerk", name)})
    assert "ALTER ROLE clerk CREATEDB would help" in found.reason
    assert PASSWORD not in repr(found)


def test_variables_of_libpq_count(server: Postgres) -> None:
    with server.database("shop") as name:
        given = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": server.user, "PGPASSWORD": PASSWORD}
        (found,) = rights({**given, "PGDATABASE": name})
    assert found == Rights(f"shop on 127.0.0.1:{server.port}", "")


def test_a_database_that_is_to_be_made_is_not_there(server: Postgres) -> None:
    (found,) = rights({"DATABASE_URL": address(server, server.user, "later")})
    assert found.reason.startswith("it is not there")


def test_a_server_that_does_not_answer_is_no_lack_of_rights() -> None:
    (found,) = rights({"DATABASE_URL": "postgres://me:hidden@127.0.0.1:1/shop"})
    assert not found.reached
    assert found.reason.startswith("it cannot be looked at")
    assert "hidden" not in repr(found)


@pytest.mark.parametrize(
    "value", ["postgres://me@db.example/shop", "postgres://[", "postgres://me@127.0.0.1:x/shop"]
)
def test_what_is_not_on_this_machine_or_no_address_is_not_asked(value: str) -> None:
    assert rights({"DATABASE_URL": value}) == ()


def test_what_the_configuration_says_counts(server: Postgres) -> None:
    with server.database("shop") as name:
        given = {"SHOP_DSN": address(server, server.user, name), "OLD": "sqlite://"}
        terms = DatabaseTerms(urls=("SHOP_DSN", "OLD", "LOST"), leave=("shop",))
        found = [(each.database, each.reason) for each in rights(given, terms)]
    assert found == [
        (f"shop on 127.0.0.1:{server.port}", "the configuration leaves it alone"),
        ("OLD", "the configuration names this variable, and it holds no URL of PostgreSQL"),
        ("LOST", "the configuration names this variable, and it is not set"),
    ]
