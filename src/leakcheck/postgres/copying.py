"""What is said to a server to have a database copied, and to be rid of a copy. What is no copy is never dropped."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from leakcheck.postgres.names import Copy
from leakcheck.postgres.parameters import Target
from leakcheck.postgres.wire import Connection, Refused, Server
from leakcheck.wire.database_terms import MEGABYTES

NOT_THERE = "there is no such database"
_PATIENTLY = "SET lock_timeout = 5000; SET statement_timeout = 60000;"
_LOOKS = 20
_CONNECTED = """SELECT string_agg(DISTINCT coalesce(nullif(application_name, ''), usename::text, 'somebody'), ', ')
    FROM pg_stat_activity WHERE backend_type = 'client backend' AND datname ="""
_WITH_STRATEGY, _WITH_FORCE = 150_000, 130_000
"""Versions from which on a server offers it."""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextlib.contextmanager
def administration(target: Target) -> Iterator[Connection]:
    """A connection to the server of `target`, for a while, that leaves its database alone."""
    connection = Connection(target.server, "postgres" if target.database != "postgres" else "template1")
    try:
        connection.rows(_PATIENTLY)
        yield connection
    finally:
        connection.close()


def identity_of(connection: Connection, server: Server) -> str:
    """What is the same for all addresses of a server."""
    try:
        ((number,),) = connection.rows("SELECT system_identifier FROM pg_control_system()")
    except Refused:
        return server.name
    return str(number)


def numbers(connection: Connection) -> dict[str, str]:
    """name -> number of all databases: who makes one anew of the same name gives it another number."""
    return {str(name): str(oid) for name, oid in connection.rows("SELECT datname, oid FROM pg_database")}


def reason_against(connection: Connection, database: str, megabytes: int = MEGABYTES) -> str:
    """Why `database` cannot be copied, in words that tell what would help; "" if it can."""
    found = connection.rows(
        f"""SELECT pg_database_size(d.oid), (SELECT count(*) FROM pg_db_role_setting WHERE setdatabase = d.oid),
        rolsuper OR rolcreatedb, rolsuper OR datistemplate OR pg_has_role(datdba, 'USAGE'), current_user
        FROM pg_database d, pg_roles r WHERE datname = {literal(database)} AND rolname = current_user"""
    )
    if not found:
        return NOT_THERE
    ((size, settings, may_create, may_copy, user),) = found
    if int(size or 0) > megabytes << 20:
        told = f"it has {int(size or 0) >> 20} MB, and no more than {megabytes} MB are copied"
        return f"{told}; `megabytes` in [tool.leakcheck.databases] would allow more"
    if settings != "0":
        return "it has settings of its own (ALTER DATABASE ... SET), which a copy would lack"
    if may_create != "t":
        return f"the role {user} may not create databases; ALTER ROLE {user} CREATEDB would help"
    if may_copy != "t":
        return f"the role {user} does not own it; ALTER DATABASE {database} OWNER TO {user} would help"
    others = _others(connection, database)
    return f"others are connected to it ({others}); to close them would help" if others else ""


def _others(connection: Connection, database: str) -> str:
    """Who is connected to it; "" if nobody is, soon: a server takes a moment to see that somebody is gone."""
    ((others,),) = connection.rows(f"{_CONNECTED} {literal(database)}")
    for _ in range(_LOOKS):
        if not others:
            break
        connection.rows("SELECT pg_sleep(0.05)")
        ((others,),) = connection.rows(f"{_CONNECTED} {literal(database)}")
    return others or ""


def make(connection: Connection, copy: str, template: str) -> None:
    """`Refused` if that cannot be done."""
    ((version,),) = connection.rows("SHOW server_version_num")
    strategy = " STRATEGY file_copy" if int(version or 0) >= _WITH_STRATEGY else ""
    connection.rows(f"CREATE DATABASE {quoted(copy)} TEMPLATE {quoted(template)}{strategy}")


def drop(connection: Connection, name: str) -> None:
    """Even if somebody is connected to it."""
    if Copy.read(name) is None:
        raise ValueError(name)
    try:
        connection.rows(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)")
    except Refused as error:
        if error.code != "42601":  # an older server, which does not know the word
            raise
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
        connection.rows(f"{ended} {literal(name)}")
        connection.rows(f"DROP DATABASE IF EXISTS {quoted(name)}")


def copies(connection: Connection) -> list[Copy]:
    """All copies that are there, whosever they are."""
    found = connection.rows(r"SELECT datname FROM pg_database WHERE datname LIKE 'leakcheck\_%'")
    return [copy for (name,) in found if name and (copy := Copy.read(name)) is not None]
