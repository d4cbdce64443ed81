"""Rows that stay in databases in memory: named by table and engine, with the line that wrote them, and proven."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator import Spec, generate
from leaks_and_victims import pairs_of_tests, proved_leak, written_by
from support import Audited, Project, audit

SHOP = """
    import sqlite3

    from sqlalchemy import StaticPool, create_engine, text
    from sqlalchemy.orm import Session

    PLAIN = sqlite3.connect(":memory:")
    PLAIN.execute("CREATE TABLE mug (name TEXT)")
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE cup (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT)"))
        connection.execute(text("CREATE TABLE minded (name TEXT)"))

    class Shelf:
        "Two connections to one database, of which one is kept."

        def __init__(self):
            self._kept = self.open()
            self._kept.execute("CREATE TABLE jar (name TEXT)")
            self._kept.execute("INSERT INTO jar VALUES ('honey')")
            self._kept.commit()

        def open(self):
            return sqlite3.connect("file:shelf?mode=memory&cache=shared", uri=True)

        def ask(self, statement):
            connection = self.open()
            try:
                with connection:
                    return connection.execute(statement).fetchall()
            finally:
                connection.close()

    SHELF = Shelf()

    def ask(statement):
        with Session(engine) as session:
            found = session.execute(text(statement))
            found = found.fetchall() if found.returns_rows else None
            session.commit()
            return found
"""
HEAD = """
    import shop

    def test_minds_nothing():
        with shop.engine.connect() as connection:
            connection.execute(shop.text("INSERT INTO cup (name) VALUES ('rolled back')"))
            connection.rollback()
        shop.ask("INSERT INTO minded VALUES ('left')")
"""
# Name: (what the polluter does, what the victim asserts, the location).
LEAKS = {
    "insert": (
        "shop.PLAIN.execute(\"INSERT INTO mug VALUES ('x')\"); shop.PLAIN.commit()",
        "shop.PLAIN.execute('SELECT count(*) FROM mug').fetchone() == (0,)",
        "shop:PLAIN mug",
    ),
    "number": (
        "shop.ask(\"INSERT INTO cup (name) VALUES ('x')\"); shop.ask('DELETE FROM cup')",
        "not shop.ask(\"INSERT INTO cup (name) VALUES ('y')\") and shop.ask('SELECT id FROM cup')[0][0] == 1",
        "shop:engine cup",
    ),
    "update": (
        "shop.SHELF.ask(\"UPDATE jar SET name = 'jam'\")",
        "shop.SHELF.ask('SELECT name FROM jar') == [('honey',)]",
        "shop:SHELF jar",
    ),
}
IN_THE_SHOP = {
    "number": "found = session.execute(text(statement))",
    "update": "return connection.execute(statement).fetchall()",
}
"""Where the line that changes it is the shop's, behind the call in the test."""
PROJECT = Project(
    {"shop.py": SHOP, "test_shop.py": pairs_of_tests(HEAD, LEAKS), "pytest.ini": "[pytest]\npythonpath = .\n"}
)


@pytest.fixture(scope="module")
def found() -> Audited:
    return PROJECT.audit("--random", "0", "--budget", "600s")


@pytest.mark.parametrize("name", LEAKS)
def test_each_table_is_named_and_proven(found: Audited, name: str) -> None:
    leak = proved_leak(found, name)
    assert (leak["kind"], f"{leak['owner']} {leak['key']}") == ("databases", LEAKS[name][2])
    assert written_by(PROJECT, leak) == {IN_THE_SHOP.get(name, LEAKS[name][0])}


def test_what_is_rolled_back_is_not_told_and_what_nobody_minds_is_a_note(found: Audited) -> None:
    told = {each["key"]: each["impact"] for each in found.report["leaks"]}
    assert told == {"mug": "broken", "cup": "broken", "jar": "broken", "minded": "latent"}, found.stdout
    verdicts = {each["id"].partition("::")[2]: each["verdict"] for each in found.report["tests"]}
    assert verdicts["test_minds_nothing"] == "stable"


def test_generated_rows_are_named_and_nobody_else_is_accused(tmp_path: Path) -> None:
    spec = Spec(
        seed=3,
        tests=24,
        files=4,
        victims=2,
        brittle=1,
        alternative_polluters=1,
        conjunctions=0,
        cleaners=1,
        silent=1,
        baits=2,
        kinds=("memory_database",),
    )
    generate(tmp_path, spec)
    truth = json.loads((tmp_path / "truth.json").read_text())
    report = audit(tmp_path, "--random", "1", "--", "-p", "no:randomly", plugins=True).report
    dependent = {**truth["victims"], **truth["brittle"]}
    found: dict[str, list[list[str]]] = {}
    for edge in report["edges"]:
        if edge["effect"] in ("breaks", "enables"):
            assert edge["confirmed"], edge
            assert edge["counterfactual"], edge
            found.setdefault(edge["to"], []).append(sorted(edge["from"]))
    assert {test: sorted(sets) for test, sets in found.items()} == {
        test: sorted(map(sorted, sets)) for test, sets in dependent.items()
    }
    told, planted = (
        {(each["kind"], each["owner"], each["key"]) for each in leaks if each["impact"] == "broken"}
        for leaks in (report["leaks"], truth["leaks"])
    )
    assert told == planted
    assert report["certificate"]["unexplained"] == []


STORE = """
    import asyncio

    import aiosqlite

    LOOP = asyncio.new_event_loop()

    class Store:
        connection = None

    def ask(statement):
        async def asked():
            found = await Store.connection.execute_fetchall(statement)
            await Store.connection.commit()
            return found
        return LOOP.run_until_complete(asked())
"""
WORKERS_CONFTEST = """
    import aiosqlite
    import pytest

    import store

    @pytest.fixture(scope="session", autouse=True)
    def database():
        async def connect():
            store.Store.connection = await aiosqlite.connect(":memory:")
        store.LOOP.run_until_complete(connect())
        store.ask("CREATE TABLE mug (name TEXT)")
        yield
        store.LOOP.run_until_complete(store.Store.connection.close())
"""
WORKERS_HEAD = """
    import store

    def test_takes_away_what_it_adds():
        store.ask("INSERT INTO mug VALUES ('red')")
        store.ask("DELETE FROM mug WHERE name = 'red'")
"""
WORKERS_LEAK = {"insert": ("store.ask(\"INSERT INTO mug VALUES ('x')\")", "store.ask('SELECT * FROM mug') == []")}


def test_a_database_that_a_worker_thread_keeps_to_itself() -> None:
    project = Project(
        {
            "store.py": STORE,
            "conftest.py": WORKERS_CONFTEST,
            "test_shop.py": pairs_of_tests(WORKERS_HEAD, WORKERS_LEAK),
            "pytest.ini": "[pytest]\npythonpath = .\n",
        }
    )
    found = project.audit("--random", "0")
    leak = proved_leak(found, "insert")
    assert (leak["kind"], leak["owner"], leak["key"]) == ("databases", "store:Store.connection", "mug")
    assert written_by(project, leak) == {"found = await Store.connection.execute_fetchall(statement)"}
    assert {each["to"].partition("::")[2] for each in found.report["edges"]} == {"test_insert_suffers"}
