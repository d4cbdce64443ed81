"""What a session holds for the next who is handed it is seen by names, keeps nothing alive, and is put back."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from leakcheck.snapshots.database_sessions import put_back, read
from leakcheck.snapshots.markers import MISSING


class Base(DeclarativeBase):
    pass


class Plum(Base):
    __tablename__ = "plum"
    id: Mapped[int] = mapped_column(primary_key=True)
    colour: Mapped[str]


@pytest.fixture
def session() -> Iterator[Session]:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    Base.metadata.create_all(engine)
    with Session(engine) as made:
        made.add(Plum(id=1, colour="blue"))
        made.commit()
        made.expunge_all()
        yield made
    engine.dispose()


def _plum(session: Session) -> Any:
    found = session.get(Plum, 1)
    KEPT.append(found)
    return found


KEPT: list[Any] = []
ACTS: dict[str, tuple[Callable[[Session], object], str, Any]] = {
    "pending": (lambda session: session.add(Plum(colour="red")), "pending", ("Plum",)),
    "dirty": (lambda session: setattr(_plum(session), "colour", "red"), "dirty", ("Plum 1: colour",)),
    "deleted": (lambda session: session.delete(_plum(session)), "deleted", ("Plum 1",)),
    "loaded": (_plum, "loaded", ("Plum 1",)),
    "expired": (lambda session: session.expire(_plum(session)), "loaded", ("Plum 1, expired",)),
    "autoflush": (lambda session: setattr(session, "autoflush", False), "autoflush", False),
    "info": (lambda session: session.info.update(tenant="acme"), "info", {"tenant": "acme"}),
}


@pytest.mark.parametrize("name", ACTS)
def test_what_differs_is_named_and_put_back(session: Session, name: str) -> None:
    act, key, wanted = ACTS[name]
    before = read(session)
    act(session)
    assert read(session)[key] == wanted
    for each, value in read(session).items():
        if each not in before or before[each] != value:
            put_back(session, each, before.get(each, MISSING))
    assert read(session) == before
    KEPT.clear()


def test_what_was_pending_before_stays(session: Session) -> None:
    session.add(Plum(colour="green"))
    before = read(session)
    session.add(Plum(colour="red"))
    put_back(session, "pending", before["pending"])
    assert [each.colour for each in session.new] == ["green"]


def test_nothing_is_kept_alive(session: Session) -> None:
    loaded = session.get(Plum, 1)
    assert loaded is not None
    plum, found = weakref.ref(loaded), read(session)
    del loaded
    gc.collect()
    assert found["loaded"] == ("Plum 1",)
    assert plum() is None
