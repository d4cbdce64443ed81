"""The database and the dependency that lends a session to a request."""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.pool import StaticPool

# One connection for all threads: an in-memory database lives as long as its connection.
engine = create_engine("sqlite://", connect_args={"check_same_thread": False}, poolclass=StaticPool)


class Base(DeclarativeBase):
    """Parent of every table."""


def get_session() -> Iterator[Session]:
    """Lend a session for the length of one request."""
    with Session(engine) as session:
        yield session


DbSession = Annotated[Session, Depends(get_session)]
