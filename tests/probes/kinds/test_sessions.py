"""Sessions of SQLAlchemy: those in a failed transaction are told, and rolled back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

sqlalchemy = pytest.importorskip("sqlalchemy")

from sqlalchemy import create_engine  # noqa: E402
from sqlalchemy.exc import IntegrityError, PendingRollbackError  # noqa: E402
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column  # noqa: E402

from leakcheck.probes.kinds.sessions import Probe  # noqa: E402


class Base(DeclarativeBase):
    pass


class Mug(Base):
    __tablename__ = "mugs"
    name: Mapped[str] = mapped_column(primary_key=True)


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        yield session
    engine.dispose()


def fail(session: Session) -> None:
    session.add_all([Mug(name="blue"), Mug(name="blue")])
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_failed_transaction_is_told_with_its_error_and_rolled_back(session: Session) -> None:
    probe = Probe()
    session.add(Mug(name="red"))
    session.flush()
    assert probe.read() == {}
    fail(session)
    assert probe.read() == {("Session of sqlite", "transaction"): "IntegrityError"}
    with pytest.raises(PendingRollbackError):
        session.get(Mug, "red")
    probe.put_back("Session of another", "transaction", None)
    assert probe.read() != {}
    probe.put_back("Session of sqlite", "transaction", None)
    assert probe.read() == {}
    assert session.get(Mug, "red") is None


def test_what_had_failed_before_is_not_made_to_fail_again(session: Session) -> None:
    probe = Probe()
    probe.put_back("Session of sqlite", "transaction", "IntegrityError")
    assert probe.read() == {}
    fail(session)
    probe.put_back("Session of sqlite", "transaction", "IntegrityError")
    assert probe.read() != {}
