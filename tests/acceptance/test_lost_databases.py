"""A database that the import of the suite opens and a fixture removes: no test fails that plain pytest passes."""

from __future__ import annotations

import sys

import pytest

from support import Project

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="what a process has open is told by Linux alone")

SUITE = Project(
    {
        "shop.py": """
            import os
            from pathlib import Path

            from sqlalchemy import create_engine, text

            FILE = Path(__file__).parent / "stock.db"
            engine = create_engine(f"sqlite:///{FILE}")

            def begin():
                FILE.unlink(missing_ok=True)
                with engine.begin() as connection:
                    connection.execute(text("create table mugs (name text primary key)"))

            def add(name):
                with engine.begin() as connection:
                    connection.execute(text("insert into mugs values (:name)"), {"name": name})

            def count():
                with engine.begin() as connection:
                    return connection.execute(text("select count(*) from mugs")).scalar()
        """,
        "conftest.py": """
            import pytest
            import shop

            shop.begin()

            @pytest.fixture(scope="session", autouse=True)
            def database():
                yield
                shop.FILE.unlink()
        """,
        "test_mugs.py": """
            import shop

            def test_is_empty():
                assert shop.count() == 0

            def test_adds_one():
                shop.add("blue")

            def test_adds_another():
                shop.add("red")
        """,
    }
)


def test_each_order_runs_in_a_new_process_and_the_one_victim_is_found() -> None:
    found = SUITE.audit("--random", "0")
    assert set(found.outcomes("declared").values()) == {"passed"}, found.stdout
    verdicts = {test.partition("::")[2]: verdict for test, verdict in found.verdicts.items()}
    assert verdicts == {"test_is_empty": "victim", "test_adds_one": "stable", "test_adds_another": "stable"}
    assert "the import of the suite opens databases that tests remove (stock.db)" in found.stderr + found.stdout
    assert {each["to"].partition("::")[2] for each in found.report["edges"] if each["effect"] == "breaks"} == {
        "test_is_empty"
    }
