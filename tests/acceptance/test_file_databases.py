"""Rows that stay in databases in files, where wider fixtures make tables: named, with their line, and proven."""

from __future__ import annotations

from typing import Any

import pytest

from support import Audited, Project

SHOP = """
    from sqlalchemy import StaticPool, create_engine, select
    from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

    class Base(DeclarativeBase): pass

    class Mug(Base):
        __tablename__ = "mugs"
        name: Mapped[str] = mapped_column(primary_key=True)

    IN_MEMORY = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})

    def add(engine, name):
        with Session(engine) as session:
            session.add(Mug(name=name))
            session.commit()

    def names(engine):
        with Session(engine) as session:
            return list(session.scalars(select(Mug.name)))
"""
CONFTEST = """
    import sqlite3

    import pytest
    from shop import IN_MEMORY, Base, Session, create_engine

    @pytest.fixture(scope="session")
    def in_project():
        engine = create_engine("sqlite:///stock.db")
        Base.metadata.create_all(engine)
        yield engine
        Base.metadata.drop_all(engine)
        engine.dispose()

    @pytest.fixture(scope="module")
    def in_temp(tmp_path_factory):
        engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('data') / 'shelf.db'}")
        Base.metadata.create_all(engine)
        yield engine
        engine.dispose()

    @pytest.fixture(scope="session")
    def in_memory():
        Base.metadata.create_all(IN_MEMORY)
        yield IN_MEMORY
        Base.metadata.drop_all(IN_MEMORY)

    @pytest.fixture(scope="session")
    def session(in_memory):
        with Session(in_memory) as session:
            yield session

    @pytest.fixture
    def of_its_own(tmp_path):
        engine = create_engine(f"sqlite:///{tmp_path / 'own.db'}")
        Base.metadata.create_all(engine)
        yield engine
        engine.dispose()

    @pytest.fixture
    def emptied(in_project):
        yield in_project
        with in_project.begin() as connection:
            connection.exec_driver_sql("DELETE FROM mugs")

    def ahead():
        connection = sqlite3.connect("ahead.db", isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE IF NOT EXISTS jars (name TEXT)")
        return connection
"""
HEAD = """
    from conftest import ahead
    import pytest
    from shop import Mug, add, names
    from sqlalchemy.exc import IntegrityError

    def test_own_one(of_its_own):
        add(of_its_own, "blue")

    def test_own_other(of_its_own):
        assert names(of_its_own) == []

    def test_takes_it_away(emptied):
        add(emptied, "green")
        assert "green" in names(emptied)

    def test_rolled_back(in_project):
        with in_project.connect() as connection:
            connection.exec_driver_sql("INSERT INTO mugs VALUES ('never')")
            connection.rollback()

    def test_fills_project(in_project):
        add(in_project, "blue")

    def test_project_is_empty(in_project):
        assert names(in_project) == []

    def test_fills_temp(in_temp):
        add(in_temp, "blue")

    def test_temp_is_empty(in_temp):
        assert names(in_temp) == []

    def test_fills_memory(in_memory):
        add(in_memory, "blue")

    def test_memory_is_empty(in_memory):
        assert names(in_memory) == []

    def test_two_of_one_name_are_refused(session):
        session.add_all([Mug(name="red"), Mug(name="red")])
        with pytest.raises(IntegrityError):
            session.flush()

    def test_asks_session(session):
        assert session.get(Mug, "white") is None

    def test_fills_ahead():
        ahead().execute("INSERT INTO jars VALUES ('honey')")

    def test_ahead_is_empty():
        assert ahead().execute("SELECT * FROM jars").fetchall() == []
"""
OWNERS = {"project": "stock.db", "temp": "shelf.db", "memory": "shop:IN_MEMORY", "ahead": "ahead.db"}
PROJECT = Project(
    {"shop.py": SHOP, "conftest.py": CONFTEST, "test_shop.py": HEAD, "pytest.ini": "[pytest]\npythonpath = .\n"}
)


@pytest.fixture(scope="module")
def found() -> Audited:
    return PROJECT.audit("--random", "1", "--budget", "600s")


def leak_of(found: Audited, name: str) -> dict[str, Any]:
    victim = f"test_shop.py::test_{name}_is_empty"
    (edge,) = [each for each in found.report["edges"] if each["to"] == victim and each["effect"] == "breaks"]
    assert edge["from"] == [f"test_shop.py::test_fills_{name}"]
    assert (edge["confirmed"], edge["counterfactual"]) == (True, True), edge
    leaks: dict[str, dict[str, Any]] = {each["id"]: each for each in found.report["leaks"]}
    return leaks[edge["leak"]]


@pytest.mark.parametrize("name", OWNERS)
def test_each_table_is_named_and_proven(found: Audited, name: str) -> None:
    leak = leak_of(found, name)
    table = "jars" if name == "ahead" else "mugs"
    assert (leak["kind"], leak["owner"], leak["key"]) == ("databases", OWNERS[name], table)
    (line,) = {(each["file"], each["function"]) for each in leak["sources"]}
    assert line == (("test_shop.py", "test_fills_ahead") if name == "ahead" else ("shop.py", "add"))


def test_who_takes_its_rows_away_or_has_a_database_of_its_own_is_left_in_peace(found: Audited) -> None:
    verdicts = {each["id"].partition("::")[2]: each["verdict"] for each in found.report["tests"]}
    victims = {*(f"test_{name}_is_empty" for name in OWNERS), "test_asks_session"}
    assert {test for test, verdict in verdicts.items() if verdict != "stable"} == victims, found.stdout
    broken = {each["owner"] for each in found.report["leaks"] if each["impact"] == "broken"}
    assert broken == {*OWNERS.values(), "Session of sqlite"}
    assert not any(each["owner"].startswith("own.db") for each in found.report["leaks"])
    assert found.report["certificate"]["unexplained"] == []


def test_a_session_that_is_left_in_a_failed_transaction_is_named_and_proven(found: Audited) -> None:
    (edge,) = [each for each in found.report["edges"] if each["to"] == "test_shop.py::test_asks_session"]
    assert edge["from"] == ["test_shop.py::test_two_of_one_name_are_refused"]
    assert (edge["confirmed"], edge["counterfactual"]) == (True, True), edge
    (leak,) = [each for each in found.report["leaks"] if each["id"] == edge["leak"]]
    assert (leak["kind"], leak["key"], leak["after"]) == ("sessions", "transaction", "'IntegrityError'")
    (source,) = leak["sources"]
    assert source["function"] == "test_two_of_one_name_are_refused"
