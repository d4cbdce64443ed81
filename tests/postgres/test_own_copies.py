"""Copies of databases on a real server: whose they are, what they are made of, and that nothing else goes."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from leakcheck.postgres.dropping import drop_copies
from leakcheck.postgres.names import BASE, Copy, audit_label, digest
from leakcheck.postgres.own_copies import OwnCopies
from leakcheck.postgres.parameters import Target
from leakcheck.postgres.registry import Registry
from leakcheck.postgres.watched import Watched
from leakcheck.postgres.wire import Connection, Refused
from leakcheck.wire.database_terms import DatabaseTerms
from postgres_server import PASSWORD, Postgres, started

pytestmark = pytest.mark.processes
LABEL = audit_label("salt")


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with started() as found:
        yield found


@pytest.fixture
def shop(server: Postgres) -> Iterator[Target]:
    with server.database("shop") as name:
        server.rows("CREATE TABLE mugs (name text); INSERT INTO mugs VALUES ('found')", name)
        yield Target(server.server, name)
        assert {name for name in server.databases() if Copy.read(name)} == set(), "a copy has stayed"


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[str]:
    yield str(tmp_path)
    assert drop_copies(str(tmp_path), all_of_them=True, bases=True) == ()


def names(server: Postgres, database: str) -> list[str | None]:
    return [name for (name,) in server.rows("SELECT name FROM mugs ORDER BY name", database)]


def test_a_process_has_a_copy_of_its_own_and_the_other_stays(server: Postgres, shop: Target, scratch: str) -> None:
    own = OwnCopies(scratch, LABEL)
    copy = own.database(shop)
    assert copy == own.database(shop)
    server.rows("INSERT INTO mugs VALUES ('new')", copy)
    assert names(server, "shop") == ["found"]
    own.drop()
    assert copy not in server.databases()


def test_all_of_an_audit_have_what_it_found(server: Postgres, shop: Target, scratch: str) -> None:
    real = OwnCopies(scratch, LABEL, start="real")
    assert real.database(shop) == ""
    server.rows("INSERT INTO mugs VALUES ('of the plain run')", "shop")
    own = OwnCopies(scratch, LABEL)
    assert names(server, own.database(shop)) == ["found"]
    own.drop()


def test_a_fork_begins_with_what_its_parent_has(server: Postgres, shop: Target, scratch: str) -> None:
    parent = OwnCopies(scratch, LABEL)
    copy = parent.database(shop)
    server.rows("INSERT INTO mugs VALUES ('of an import')", copy)
    parent.rest()

    def child() -> bool:
        parent.renew()
        mine = parent.database(shop)
        found = names(server, mine)
        server.rows("DELETE FROM mugs", mine)
        parent.drop()
        return mine != copy and found == ["found", "of an import"]

    assert forked(child)
    assert names(server, copy) == ["found", "of an import"]
    parent.drop()


def test_what_a_test_forks_has_what_the_test_has(server: Postgres, shop: Target, scratch: str) -> None:
    parent = OwnCopies(scratch, LABEL)
    copy = parent.database(shop)
    with closing(Connection(server.server, copy)):
        assert forked(lambda: parent.database(shop) == copy)
    assert parent.database(shop) == copy
    parent.drop()


def forked(what: Callable[[], bool]) -> bool:
    """Whether it is so in a fork of this process."""
    pid = os.fork()
    if not pid:
        code = 1
        try:
            code = 0 if what() else 2
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1] == 0


def test_the_same_server_by_another_address_is_the_same(server: Postgres, shop: Target, scratch: str) -> None:
    own = OwnCopies(scratch, LABEL)
    by_socket = shop._replace(server=shop.server._replace(host=str(server.folder)))
    assert own.database(shop) == own.database(by_socket) != ""
    assert own.is_own(str(server.folder / f".s.PGSQL.{server.port}"))
    assert own.is_own(("127.0.0.1", server.port))
    own.drop()


def test_what_the_suite_makes_for_itself_is_shared(server: Postgres, shop: Target, scratch: str) -> None:
    own = OwnCopies(scratch, LABEL)
    own.database(shop)
    with server.database("made") as name:
        assert own.database(Target(server.server, name)) == ""
    assert not own.is_own(("127.0.0.1", server.port))
    own.drop()


def test_what_the_suite_makes_anew_is_not_copied_any_more(server: Postgres, shop: Target, scratch: str) -> None:
    own = OwnCopies(scratch, LABEL)
    assert own.database(shop)
    server.rows("DROP DATABASE shop")
    server.rows("CREATE DATABASE shop")
    assert own.database(shop) == ""
    own.drop()


def test_what_somebody_uses_is_not_copied(server: Postgres, shop: Target, scratch: str) -> None:
    open_elsewhere = Connection(server.server, "shop")
    try:
        assert OwnCopies(scratch, LABEL).database(shop) == ""
    finally:
        open_elsewhere.close()
    assert OwnCopies(scratch, LABEL).database(shop) == "", "it is decided once for an audit"
    (why,) = Registry(scratch).read().refused.values()
    assert "others are connected to it (leakcheck)" in why


def test_a_driver_that_is_not_followed_leaves_all_drivers_the_database_itself(
    server: Postgres, shop: Target, scratch: str
) -> None:
    own = OwnCopies(scratch, LABEL)
    own.followed.add("known")
    own.leave("strange")
    assert own.database(shop) == own.database(shop) == ""
    assert not own.is_followed("known")
    assert not own.is_own((server.server.host, server.port))
    assert OwnCopies(scratch, LABEL).database(shop) == "", "it is decided once for an audit"
    (why,) = Registry(scratch).read().refused.values()
    assert "cannot follow the connections of strange" in why


def test_who_has_a_copy_keeps_it_when_a_driver_is_imported_that_is_not_followed(
    server: Postgres, shop: Target, scratch: str
) -> None:
    own = OwnCopies(scratch, LABEL)
    copy = own.database(shop)
    own.leave("strange")
    assert own.database(shop) == copy
    assert not own.is_own((server.server.host, server.port)), "the other one is connected there as well"
    own.drop()


@pytest.mark.parametrize(
    ("change", "back", "words"),
    [
        ("ALTER DATABASE shop SET timezone = 'UTC'", "ALTER DATABASE shop RESET ALL", "settings of its own"),
        ("ALTER ROLE clerk LOGIN", "", "ALTER ROLE clerk CREATEDB would help"),
        ("ALTER ROLE clerk CREATEDB", "", "ALTER DATABASE shop OWNER TO clerk would help"),
    ],
)
def test_what_would_help_is_told(
    server: Postgres, shop: Target, scratch: str, change: str, back: str, words: str
) -> None:
    role = "clerk" if "clerk" in change else server.user
    if role == "clerk":
        server.rows(f"CREATE ROLE clerk LOGIN PASSWORD '{PASSWORD.replace(chr(39), chr(39) * 2)}'")
    server.rows(change)
    try:
        assert OwnCopies(scratch, LABEL).database(shop._replace(server=shop.server._replace(user=role))) == ""
    finally:
        server.rows(back or "DROP ROLE clerk")
    (why,) = Registry(scratch).read().refused.values()
    assert words in why


def test_only_what_is_left_of_audits_that_are_over_is_dropped(server: Postgres, shop: Target, scratch: str) -> None:
    gone = str(2**22 + 1)
    mine = Copy.of(LABEL, digest("shop"), BASE)
    left = mine._replace(audit=digest("another"), auditor=gone)
    others = [
        mine._replace(audit=digest("another"), auditor=str(os.getppid())),
        left._replace(machine=digest("another machine")),
        mine._replace(auditor=gone),
    ]
    kept = {"leakcheck_of_the_user", *map(str, others)}
    for name in (str(left), str(left._replace(user="17")), *kept):
        server.rows(f'CREATE DATABASE "{name}"')
    try:
        own = OwnCopies(scratch, LABEL)
        own.database(shop)
        own.drop()
        there = {each for each in server.databases() if each.startswith("leakcheck_")}
        assert kept == there - set(Registry(scratch).noted())
    finally:
        for name in kept:
            server.rows(f'DROP DATABASE "{name}"')


def test_a_session_that_goes_on_has_what_the_first_has_found(server: Postgres, shop: Target, scratch: str) -> None:
    own = OwnCopies(scratch, LABEL)
    own.database(shop)
    own.drop()
    (base,) = Registry(scratch).noted()
    before = Copy.read(base)
    assert before is not None
    earlier = str(before._replace(auditor=str(2**22 + 1)))
    server.rows(f'ALTER DATABASE "{base}" RENAME TO "{earlier}"')  # its audit was killed
    server.rows("DELETE FROM mugs", "shop")
    Path(scratch, "databases", "known.json").unlink()
    assert names(server, own.database(shop)) == ["found"]
    assert earlier not in server.databases()
    own.drop()


def test_a_wrong_password_is_the_drivers_to_tell(server: Postgres, shop: Target, scratch: str) -> None:
    wrong = shop._replace(server=shop.server._replace(password="wrong"))
    assert OwnCopies(scratch, LABEL).database(wrong) == ""
    with pytest.raises(Refused, match="password authentication failed"):
        Connection(wrong.server, "shop")


def test_tables_of_a_parent_are_what_a_fork_begins_with(server: Postgres, shop: Target, scratch: str) -> None:
    own = OwnCopies(scratch, LABEL)
    watched = Watched(own, lambda: hashlib.blake2b(digest_size=6))
    own.database(shop)
    before = dict(watched.tables())
    assert {database: list(tables) for database, tables in before.items()} == {"shop (PostgreSQL)": ["mugs"]}
    own.rest()

    def child() -> bool:
        own.renew()
        is_same = watched.tables() == before
        server.rows("DELETE FROM mugs", own.database(shop))
        after = dict(watched.tables())
        watched.put_back("shop (PostgreSQL)", "mugs", before["shop (PostgreSQL)"]["mugs"])
        own.rest()
        is_back = watched.tables() == before
        own.drop()
        return is_same and after != before and is_back

    assert forked(child)
    own.drop()


def test_what_was_there_is_known_when_somebody_connects_first(server: Postgres, shop: Target, scratch: str) -> None:
    own = OwnCopies(scratch, LABEL)
    watched = Watched(own, lambda: hashlib.blake2b(digest_size=6))
    assert watched.tables() == {}
    copy = own.database(shop)
    server.rows("DELETE FROM mugs", copy)
    (first,), (now,) = watched.at_first.values(), watched.tables().values()
    assert first["mugs"].startswith("rows: 1 ")
    assert now["mugs"].startswith("rows: 0 ")
    own.drop()


def test_what_the_configuration_leaves_alone_is_not_copied(server: Postgres, shop: Target, scratch: str) -> None:
    assert OwnCopies(scratch, LABEL, terms=DatabaseTerms(leave=("sh*",))).database(shop) == ""
    (why,) = Registry(scratch).read().refused.values()
    assert why.endswith("the configuration leaves it alone")


def test_copies_begin_with_the_template_that_the_configuration_names(
    server: Postgres, shop: Target, scratch: str
) -> None:
    with server.database("pattern") as name, closing(Connection(server.server, "shop")):
        server.rows("CREATE TABLE mugs (name text); INSERT INTO mugs VALUES ('of the template')", name)
        own = OwnCopies(scratch, LABEL, terms=DatabaseTerms(templates={"shop": name}))
        assert names(server, own.database(shop)) == ["of the template"], "although others use the database itself"
        own.drop()


def test_a_template_that_is_not_there_is_told(server: Postgres, shop: Target, scratch: str) -> None:
    assert OwnCopies(scratch, LABEL, terms=DatabaseTerms(templates={"shop": "patern"})).database(shop) == ""
    (why,) = Registry(scratch).read().refused.values()
    assert why.endswith("its template patern cannot be copied: there is no such database")


def test_what_is_larger_than_was_said_is_not_copied(server: Postgres, shop: Target, scratch: str) -> None:
    assert OwnCopies(scratch, LABEL, terms=DatabaseTerms(megabytes=1)).database(shop) == ""
    (why,) = Registry(scratch).read().refused.values()
    assert "no more than 1 MB are copied; `megabytes` in [tool.leakcheck.databases] would allow more" in why


def test_what_the_suite_makes_by_our_leave_has_a_name_of_its_own(
    server: Postgres, shop: Target, scratch: str
) -> None:
    made = shop._replace(database="test_shop")
    processes = [OwnCopies(scratch, LABEL), OwnCopies(scratch, LABEL, start="real")]
    own, real = processes
    assert real.makes(made) == "", "one plain run has the real one"
    copy = own.makes(made)
    assert Copy.read(copy)
    with server.database("test_shop"), server.database(copy):
        assert own.database(made) == copy
        assert own.is_own((server.server.host, server.port))
        assert (real.drops(made), own.drops(made)) == ("", copy)
        assert own.databases == {}
    assert Registry(scratch).read().made == [f"test_shop on {next(iter(Registry(scratch).read().servers))}"]


def test_what_is_kept_and_was_found_is_copied(server: Postgres, shop: Target, scratch: str) -> None:
    own = OwnCopies(scratch, LABEL)
    assert own.makes(shop, keeps=True) == "", "it is there: nothing is to be made"
    assert names(server, own.database(shop)) == ["found"]
    own.drop()


def test_what_is_found_and_made_anew_does_not_touch_the_users(server: Postgres, shop: Target, scratch: str) -> None:
    own = OwnCopies(scratch, LABEL)
    first = own.database(shop)
    copy = own.makes(shop)
    assert copy == first
    assert copy not in server.databases(), "as after a DROP DATABASE"
    with server.database(copy):
        assert own.database(shop) == copy
        own.drop()
    assert names(server, "shop") == ["found"]


def test_forks_begin_with_a_copy_of_what_the_suite_has_made(server: Postgres, shop: Target, scratch: str) -> None:
    own = OwnCopies(scratch, LABEL)
    made = shop._replace(database="test_shop")
    copy = own.makes(made)
    with server.database(copy):
        server.rows("CREATE TABLE mugs (name text); INSERT INTO mugs VALUES ('made')", copy)

        def child() -> bool:
            own.renew()
            mine = own.database(made)
            found = names(server, mine)
            own.drop()
            return mine != copy and found == ["made"]

        assert forked(child)


def test_what_the_suite_makes_is_shared_once_copies_do_harm(server: Postgres, shop: Target, scratch: str) -> None:
    made = shop._replace(database="test_shop")
    assert OwnCopies(scratch, LABEL).makes(made)
    with Registry(scratch).changed() as known:
        known.refused.update(dict.fromkeys(known.made, "it minds"))
    assert OwnCopies(scratch, LABEL).makes(made) == ""
