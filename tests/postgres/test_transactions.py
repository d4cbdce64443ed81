"""Transactions that somebody leaves open in a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from leakcheck.postgres.transactions import Waiting, end_all, waiting
from leakcheck.postgres.wire import Connection, Refused
from postgres_server import Postgres, started

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with started() as found:
        yield found


def test_they_are_counted_in_this_database_and_ended(server: Postgres) -> None:
    with (
        server.database("shop"),
        closing(Connection(server.server, "shop")) as project,
        closing(Connection(server.server, "postgres")) as elsewhere,
        closing(Connection(server.server, "shop")) as ours,
    ):
        project.rows("CREATE TABLE mugs (id int)")
        assert waiting(ours) == Waiting(0, 0)
        project.rows("BEGIN; SELECT * FROM mugs")
        elsewhere.rows("BEGIN; SELECT 1")
        assert waiting(ours) == Waiting(1, 0)
        project.rows("INSERT INTO mugs VALUES (1)")
        assert waiting(ours) == Waiting(1, 1)
        end_all(ours)
        assert waiting(ours) == Waiting(0, 0)
        ours.rows("DROP TABLE mugs")  # which would wait
        with pytest.raises(Refused):
            project.rows("SELECT 1")
