"""What tests mind of a run that has been through their database before: told, proven, and nobody's fault."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from postgres_server import Postgres, needs_driver, started
from support import Project, audit, leakcheck

TESTS = """
    import psycopg
    import pytest

    def ask(statement):
        with psycopg.connect(dbname="shop_test") as connection:
            found = connection.execute(statement)
            return found.fetchall() if found.description else None

    @pytest.fixture(scope="session", autouse=True)
    def empty_behind_all():
        yield
        ask("DELETE FROM mugs")
        ask("INSERT INTO runs DEFAULT VALUES")

    def test_finds_a_mug():
        assert ask("SELECT name FROM mugs") == [("found",)]

    def test_finds_that_it_ran():
        assert ask("SELECT * FROM runs")

    def test_adds_what_it_takes_away():
        ask("INSERT INTO mugs VALUES ('own')")
        assert ("own",) in ask("SELECT name FROM mugs")
        ask("DELETE FROM mugs WHERE name = 'own'")
"""
FILES = {"test_mugs.py": TESTS}
TABLES = "CREATE TABLE mugs (name text); CREATE TABLE runs (id serial); INSERT INTO mugs VALUES ('found')"


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    needs_driver("psycopg")
    with started() as found, pytest.MonkeyPatch.context() as patch:
        found.is_named_in(patch)
        yield found


def test_who_minds_what_a_run_has_left_is_told(server: Postgres) -> None:
    with server.database() as name:
        server.rows(TABLES, name)
        with Project(FILES).folder() as folder:
            found = audit(folder, "--random", "0", "--budget", "300s")
            explained = leakcheck(folder, "explain", "test_finds_a_mug").stdout
        assert server.databases() == {name}, "a copy has stayed"
        assert server.rows("SELECT count(*) FROM runs", name) == [("1",)], "one plain run has used it"
    assert found.names == {
        "test_finds_a_mug": "stable",
        "test_finds_that_it_ran": "failing",
        "test_adds_what_it_takes_away": "stable",
    }
    told = " ".join(found.stdout.split())
    fails = "fails alone on a database that a run has used, passes alone on the one that the audit found"
    passes = "fails alone on the one that the audit found, passes alone on a database that a run has used"
    assert f"{fails}: test_mugs.py::test_finds_a_mug " in told
    assert f"{passes}: test_mugs.py::test_finds_that_it_ran " in told
    assert fails in " ".join(explained.split())


def test_where_a_run_leaves_what_it_found_nothing_is_asked(server: Postgres) -> None:
    tidy = TESTS.replace("DELETE FROM mugs", "SELECT 1", 1).replace("INSERT INTO runs DEFAULT VALUES", "SELECT 1")
    with server.database() as name:
        server.rows(TABLES, name)
        with Project({"test_mugs.py": tidy}).folder() as folder:
            found = audit(folder, "--random", "0", "--budget", "300s")
            timing = leakcheck(folder, "report", "--timing").stdout
    assert "a run has used" not in " ".join(found.stdout.split())
    assert "used databases" not in timing
