"""What tables hold, without waiting and without telling it, and how one gets its rows back."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from leakcheck.postgres.tables import SEQUENCE, Content, contents, put_back, signature
from leakcheck.postgres.wire import Connection, Refused
from postgres_server import PASSWORD, Postgres, started

pytestmark = pytest.mark.processes

TABLES = """
    CREATE TABLE shelves (id int PRIMARY KEY);
    CREATE TABLE mugs (id serial PRIMARY KEY, name text, shelf int REFERENCES shelves ON DELETE CASCADE,
        loud text GENERATED ALWAYS AS (upper(name)) STORED);
    CREATE SCHEMA "Store"; CREATE TABLE "Store"."Odd ""one" (data bytea, said text);
    INSERT INTO shelves VALUES (1); INSERT INTO mugs (name, shelf) VALUES ('blue', 1), ('red', NULL);
    INSERT INTO "Store"."Odd ""one" VALUES ('\\x0009', E'a\\tb\\\\c\\nd'), (NULL, NULL);
    CREATE VIEW seen AS SELECT * FROM mugs; CREATE MATERIALIZED VIEW kept AS SELECT * FROM mugs
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with started() as found:
        yield found


@pytest.fixture
def project(server: Postgres) -> Iterator[Connection]:
    with server.database("shop"), closing(Connection(server.server, "shop")) as connection:
        connection.rows(TABLES)
        yield connection


@pytest.fixture
def ours(server: Postgres, project: Connection) -> Iterator[Connection]:
    with closing(Connection(server.server, "shop")) as connection:
        yield connection


def found(connection: Connection) -> dict[str, Content]:
    return dict(contents(connection, lambda: hashlib.blake2b(digest_size=6, key=b"salt")))


def test_tables_and_sequences_are_told_by_number_and_digest(ours: Connection) -> None:
    texts = {name: each.text.partition(" #")[0] for name, each in found(ours).items()}
    assert texts == {
        "Store.Odd \"one": "rows: 2", "shelves": "rows: 1", "mugs": "rows: 2",
        f"mugs_id_seq{SEQUENCE}": "last number: 2",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ("UPDATE mugs SET name = 'green' WHERE id = 1", {"mugs"}),
        ("UPDATE mugs SET name = name", set()),
        ("DELETE FROM shelves", {"shelves", "mugs"}),
        ("BEGIN; INSERT INTO mugs (name) VALUES ('never'); ROLLBACK", {f"mugs_id_seq{SEQUENCE}"}),
        ("ALTER TABLE shelves ADD COLUMN name text", {"shelves"}),
        ("CREATE TABLE more (id int)", {"more"}),
        ("DROP TABLE mugs CASCADE", {"mugs", f"mugs_id_seq{SEQUENCE}"}),
        ("CREATE TEMP TABLE passing AS SELECT 1", set()),
    ],
)
def test_what_is_committed_is_a_change_and_is_put_back(
    project: Connection, ours: Connection, change: str, names: set[str]
) -> None:
    before, place = found(ours), signature(ours)
    project.rows(change)
    after = found(ours)
    assert {name for name in {**before, **after} if before.get(name) != after.get(name)} == names
    assert not names or signature(ours) != place
    if "DROP" in change or "ALTER" in change:
        with pytest.raises(Refused):
            put_back(ours, "mugs" if "DROP" in change else "shelves", before["mugs"])
        return
    for name in sorted(names, reverse=True):
        put_back(ours, name, before.get(name))
    assert found(ours) == before


def test_one_table_alone_is_put_back(project: Connection, ours: Connection) -> None:
    before = found(ours)
    project.rows("DELETE FROM mugs; DELETE FROM shelves; INSERT INTO shelves VALUES (7)")
    put_back(ours, "mugs", before["mugs"])
    after = found(ours)
    assert after["mugs"] == before["mugs"]
    assert after["shelves"].rows == (b"7\n",)


def test_odd_names_and_values_come_back(project: Connection, ours: Connection) -> None:
    before = found(ours)
    project.rows('DELETE FROM "Store"."Odd ""one"')
    put_back(ours, 'Store.Odd "one', before['Store.Odd "one'])
    assert found(ours) == before


def test_nobody_is_waited_for(project: Connection, ours: Connection) -> None:
    before = found(ours)
    project.rows("BEGIN; ALTER TABLE mugs ADD COLUMN more int")
    began = time.monotonic()
    with pytest.raises(Refused, match="lock"):
        found(ours)
    with pytest.raises(Refused, match="lock"):
        put_back(ours, "mugs", before["mugs"])
    assert time.monotonic() - began < 30
    project.rows("ROLLBACK")
    assert found(ours) == before


def test_what_another_transaction_has_not_committed_is_not_there(project: Connection, ours: Connection) -> None:
    before = found(ours)
    project.rows("BEGIN; INSERT INTO mugs (id, name) VALUES (9, 'perhaps')")
    assert found(ours) == before
    project.rows("COMMIT")
    assert found(ours) != before


def test_who_may_not_leave_out_what_would_follow_puts_nothing_back(
    server: Postgres, project: Connection, ours: Connection
) -> None:
    before = found(ours)
    quoted = PASSWORD.replace("'", "''")
    project.rows(
        f"CREATE ROLE clerk LOGIN PASSWORD '{quoted}'; GRANT ALL ON ALL TABLES IN SCHEMA public TO clerk;"
        "INSERT INTO shelves VALUES (2)"
    )
    try:
        theirs = Connection(server.server._replace(user="clerk"), "shop")
        with closing(theirs), pytest.raises(Refused, match="session_replication_role"):
            put_back(theirs, "shelves", before["shelves"])
        assert found(ours)["mugs"] == before["mugs"]
    finally:
        project.rows("DROP OWNED BY clerk; DROP ROLE clerk")


def test_rows_go_by_their_keys_and_whole_numbers_are_such(project: Connection, ours: Connection) -> None:
    project.rows("CREATE TABLE codes (said text, code text, number int, PRIMARY KEY (code, number))")
    project.rows("INSERT INTO codes VALUES ('x', '007', 7), (NULL, '8', 8)")
    content = found(ours)["codes"]
    assert (content.names, content.key_names) == (("said", "code", "number"), ("code", "number"))
    assert sorted(map(str, content.values())) == ["('\\\\N', '8', 8)", "('x', '007', 7)"]
