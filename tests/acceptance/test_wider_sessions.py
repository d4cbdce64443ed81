"""A session of SQLAlchemy that a wider fixture hands out holds its connection longer than a test."""

from __future__ import annotations

import re

import pytest

from support import Project

MODELS = """
    from sqlalchemy import create_engine, text
    from sqlalchemy.orm import Session, sessionmaker

    class OurSession(Session):
        pass

    engine = create_engine("sqlite:///shop.db")
    makes = sessionmaker(engine, class_=OurSession)
"""
CONFTEST = """
    import pytest
    from models import OurSession, Session, engine, makes

    @pytest.fixture(scope="session")
    def db():
        with OurSession(engine) as session:
            yield session

    @pytest.fixture(scope="module")
    def made():
        session = makes()
        yield session
        session.close()

    @pytest.fixture
    def own():
        return Session(engine)
"""
TESTS = """
    from models import Session, engine, makes, text
    kept = []

    def test_of_the_session(db):
        assert db.scalar(text("SELECT 1")) == 1

    def test_of_a_module(made):
        assert made.scalar(text("SELECT 1")) == 1

    def test_of_another_beside_it(db):
        kept.append(makes())
        assert db.scalar(text("SELECT 1")) == kept[-1].scalar(text("SELECT 1"))  # LK508

    def test_own(own):
        kept.append(own)
        assert own.scalar(text("SELECT 1")) == 1  # LK508

    def test_connection():
        kept.append(engine.connect())  # LK508

    def test_closed():
        with Session(engine) as session:
            assert session.scalar(text("SELECT 1")) == 1
"""


@pytest.mark.processes
def test_it_is_told_only_of_sessions_that_a_test_has_made() -> None:
    pytest.importorskip("sqlalchemy")
    project = Project({"models.py": MODELS, "conftest.py": CONFTEST, "test_sessions.py": TESTS})
    guard = ("-p", "leakcheck.pytest_plugin", "--leakcheck-guard=warn")
    ended = project.pytest(*guard, "-p", "no:cacheprovider")
    lines = project.files["test_sessions.py"].splitlines()
    marked = {number for number, line in enumerate(lines, start=1) if "# LK508" in line}
    told = {int(number) for number in re.findall(r"^   test_sessions.py:(\d+)\n", ended.stdout, re.MULTILINE)}
    assert told == marked, ended.stdout
