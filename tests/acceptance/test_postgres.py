"""Suites that talk to PostgreSQL: each execution has the database as the audit found it, and nobody waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from postgres_server import Postgres, needs_driver, started
from support import Audited, Project

SHOP = """
    import os

    from fastapi import FastAPI
    from sqlalchemy import create_engine, select
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

    class Base(DeclarativeBase): pass

    class Mug(Base):
        __tablename__ = "mugs"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

    engine = create_engine("postgresql+DRIVER:///shop_test")
    app = FastAPI()

    @app.post("/mugs/{name}")
    def add(name: str):
        with Session(engine) as session:
            session.add(Mug(name=name))
            session.commit()

    @app.get("/mugs")
    def mugs() -> list[str]:
        with Session(engine) as session:
            return list(session.scalars(select(Mug.name)))
"""
CONFTEST = """
    import pytest
    from fastapi.testclient import TestClient
    from shop import Base, app, engine

    @pytest.fixture(scope="session", autouse=True)
    def tables():
        Base.metadata.create_all(engine)
        yield
        Base.metadata.drop_all(engine)

    @pytest.fixture
    def client():
        return TestClient(app)
"""
TESTS = """
    from shop import engine
    from sqlalchemy import text

    def test_engine_is_as_it_was_made():
        assert engine.url.database == "shop_test"

    def test_adds(client):
        client.post("/mugs/blue")
        assert "blue" in client.get("/mugs").json()

    def test_is_empty(client):
        assert client.get("/mugs").json() == []

    def test_rolls_back():
        with engine.connect() as connection:
            connection.execute(text("INSERT INTO mugs (name) VALUES ('never')"))
            connection.rollback()
"""
WRITES = SHOP.splitlines().index("            session.commit()") + 1
ASYNC_TESTS = """
    import asyncpg
    import pytest
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
    from sqlalchemy.pool import NullPool

    pytestmark = pytest.mark.anyio
    engine = create_async_engine("postgresql+asyncpg:///shop_test", poolclass=NullPool)

    @pytest.fixture(scope="module")
    def anyio_backend():
        return "asyncio"

    @pytest.fixture(scope="module", autouse=True)
    async def tables(anyio_backend):
        async with engine.begin() as connection:
            await connection.execute(text("CREATE TABLE cups (id serial PRIMARY KEY, name text)"))
        yield
        async with engine.begin() as connection:
            await connection.execute(text("DROP TABLE cups"))

    @pytest.fixture
    async def session():
        async with engine.connect() as connection:
            await connection.begin()
            async with AsyncSession(connection, join_transaction_mode="create_savepoint") as session:
                yield session
            await connection.rollback()

    @pytest.mark.parametrize("name", ["blue", "red"])
    async def test_session_is_rolled_back(session, name):
        await session.execute(text(f"INSERT INTO cups (name) VALUES ('{name}')"))
        await session.commit()

    async def test_fills():
        connection = await asyncpg.connect(database="shop_test")
        await connection.execute("INSERT INTO cups (name) VALUES ('green')")
        await connection.close()

    async def test_is_empty():
        async with engine.connect() as connection:
            assert (await connection.scalar(text("SELECT count(*) FROM cups"))) == 0
"""
ADDS, EMPTY = "test_shop.py::test_adds", "test_shop.py::test_is_empty"


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with started() as found:
        yield found


def shop(driver: str) -> Project:
    needs_driver(driver)
    ini = "[pytest]\npythonpath = .\n"
    files = {"shop.py": SHOP.replace("DRIVER", driver), "conftest.py": CONFTEST, "test_shop.py": TESTS}
    return Project({**files, "pytest.ini": ini})


@pytest.fixture(params=["psycopg", "psycopg2"])
def found(request: pytest.FixtureRequest, server: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[Audited]:
    server.is_named_in(monkeypatch)
    project = shop(request.param)
    with server.database():
        yield project.audit("--random", "1", "--budget", "300s")
        assert server.databases() == {"shop_test"}, "a copy has stayed"


def test_rows_hurt_whom_they_hurt_and_nobody_else(found: Audited) -> None:
    assert found.verdicts.pop(EMPTY) == "victim"
    assert set({**found.verdicts, EMPTY: "stable"}.values()) == {"stable"}
    (edge,) = [each for each in found.report["edges"] if each["to"] == EMPTY]
    assert (edge["from"], edge["effect"], edge["counterfactual"]) == ([ADDS], "breaks", True)
    leak = found.leak("databases", "mugs")
    assert (leak["id"], leak["owner"], leak["impact"]) == (edge["leak"], "shop_test (PostgreSQL)", "broken")
    (source,) = leak["sources"]
    assert (source["file"], source["line"], source["function"]) == ("shop.py", WRITES, "add")
    assert "blue" not in str(found.report["leaks"])
    assert [each["code"] for each in found.report["findings"] if each["code"] == "LK403"] == []
    assert "own copy of what the audit found in shop_test" in " ".join(found.stdout.split())
    assert "cannot reset" not in found.text


def test_a_role_that_may_not_copy_is_told_what_would_help(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = shop("psycopg")
    for name, value in {**server.variables, "PGUSER": "clerk"}.items():
        monkeypatch.setenv(name, value)
    with server.database(owner="clerk"):
        found = project.audit("--random", "0", "--budget", "120s")
        told = " ".join(found.stdout.split())
    assert "ALTER ROLE clerk CREATEDB would help" in told
    assert "tests talk to servers, whose state leakcheck cannot reset" in told


def test_a_role_that_may_not_put_back_and_programs_beside_the_copies_are_told(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_driver("psycopg")
    tests = """
        import subprocess, sys
        import psycopg

        def ask(statement):
            with psycopg.connect(dbname="shop_test") as connection:
                found = connection.execute(statement)
                return found.fetchall() if found.description else None

        def test_program():
            assert ask("SELECT 1") == [(1,)]
            subprocess.run([sys.executable, "-m", "timeit", "-n", "1", "1"], check=True, capture_output=True)

        def test_adds():
            ask("INSERT INTO mugs VALUES (1, NULL)")

        def test_is_empty():
            assert ask("SELECT * FROM mugs") == []
    """
    with server.database(owner="porter"):
        server.rows("ALTER ROLE porter CREATEDB")
        server.rows("CREATE TABLE mugs (id int PRIMARY KEY, beside int REFERENCES mugs)", "shop_test")
        server.rows("ALTER TABLE mugs OWNER TO porter", "shop_test")
        for name, value in {**server.variables, "PGUSER": "porter"}.items():
            monkeypatch.setenv(name, value)
        found = Project({"test_mugs.py": tests}).audit("--random", "0", "--budget", "300s")
        assert server.databases() == {"shop_test"}
    assert found.names == {"test_program": "stable", "test_adds": "self-polluting", "test_is_empty": "victim"}
    told = " ".join(found.stdout.split())
    assert "the role porter may not put back tables of shop_test that have foreign keys or triggers" in told
    assert "session_replication_role" in told
    assert "tests start programs (timeit) beside their copies" in told


def test_async_drivers_and_what_is_rolled_back(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_driver("asyncpg")
    server.is_named_in(monkeypatch)
    project = Project({"test_cups.py": ASYNC_TESTS})
    with server.database():
        found = project.audit("--random", "1", "--budget", "400s", "--", "-p", "anyio")
        assert server.databases() == {"shop_test"}, "a copy has stayed"
    assert found.names == {
        "test_session_is_rolled_back[blue]": "stable",
        "test_session_is_rolled_back[red]": "stable",
        "test_fills": "stable",
        "test_is_empty": "victim",
    }
    rows = found.leak("databases", "cups")
    assert rows["polluters"] == ["test_cups.py::test_fills"]
    assert rows["victims"] == ["test_cups.py::test_is_empty"]
    assert found.leaks() == [rows], "what is rolled back is no leak"


def test_who_minds_the_name_of_a_copy_is_not_audited_with_one(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_driver("psycopg")
    server.is_named_in(monkeypatch)
    tests = """
        import psycopg

        def test_name():
            with psycopg.connect(dbname="shop_test") as connection:
                assert connection.execute("SELECT current_database()").fetchone() == ("shop_test",)
    """
    with server.database():
        found = Project({"test_name.py": tests}).audit("--random", "0", "--budget", "120s")
        assert server.databases() == {"shop_test"}
    assert found.names == {"test_name": "stable"}
    told = " ".join(found.stdout.split())
    assert "with a copy of it, outcomes differ from plain pytest (test_name.py::test_name)" in told


def test_beside_a_driver_that_is_not_followed_the_database_is_a_server_like_others(
    server: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_driver("psycopg")
    server.is_named_in(monkeypatch)
    tests = """
        import pg8000
        import psycopg
        import pytest

        @pytest.fixture
        def connection():
            with psycopg.connect(dbname="shop_test") as connection:
                yield connection

        def test_name(connection):
            assert connection.execute("SELECT current_database()").fetchone() == ("shop_test",)
    """
    with server.database():
        project = Project({"test_name.py": tests, "pg8000.py": "'Another driver.'"})
        found = project.audit("--random", "0", "--budget", "120s")
        assert server.databases() == {"shop_test"}
    assert found.names == {"test_name": "stable"}
    told = " ".join(found.stdout.split())
    assert "leakcheck cannot follow the connections of pg8000, which the suite imports as well" in told
    assert "tests talk to servers, whose state leakcheck cannot reset" in told
