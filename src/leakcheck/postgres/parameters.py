"""Which server, database and user somebody means who connects as libpq would: what is given, the environment, the
file of passwords. Nothing where that is not on this machine, or is meant in a way that cannot be followed."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from leakcheck.postgres.wire import Server, is_local
from leakcheck.wire.database_terms import DatabaseTerms

_VARIABLES = {
    "host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD",
    "dbname": "PGDATABASE", "passfile": "PGPASSFILE", "service": "PGSERVICE",
}  # fmt: skip
_FOLDERS = ("/var/run/postgresql", "/tmp")
"""Where a Unix socket lies if nobody says where."""
_PORT = "5432"
_USUAL = DatabaseTerms()
_exists, _expanduser = os.path.exists, os.path.expanduser


class Target(NamedTuple):
    """What is connected to."""

    server: Server
    database: str


def target_of(
    given: Mapping[str, object], environ: Mapping[str, str], terms: DatabaseTerms = _USUAL
) -> Target | None:
    """By the names that libpq has for what is `given`; None if it is not to be followed, or neither on this machine
    nor on a server that `terms` name."""
    found = {name: environ[variable] for name, variable in _VARIABLES.items() if environ.get(variable)}
    found.update((name, str(value)) for name, value in given.items() if value not in (None, ""))
    port, host = found.get("port", _PORT), found.get("hostaddr") or found.get("host") or _folder(found)
    if found.get("service") or not host or not port.isdigit():
        return None
    if not is_local(host) and not terms.names(host, port, environ):
        return None
    user = found.get("user") or _login()
    database = found.get("dbname") or user
    server = Server(host, int(port), user, found.get("password", ""))
    if not user or "=" in database or "://" in database:
        return None
    if not server.password:
        path = found.get("passfile") or _expanduser("~/.pgpass")
        server = server._replace(password=_kept(path, server, database))
    return Target(server, database)


def _folder(found: Mapping[str, str]) -> str:
    port = found.get("port", _PORT)
    there = [folder for folder in _FOLDERS if _exists(f"{folder}/.s.PGSQL.{port}")]
    return there[0] if len(there) == 1 else ""


def _login() -> str:
    try:
        import pwd

        return pwd.getpwuid(os.geteuid()).pw_name
    except (ImportError, KeyError):
        return ""


def _kept(path: str, server: Server, database: str) -> str:
    """The password that the user's file of passwords has; "" if none."""
    host = "localhost" if server.host.startswith("/") else server.host
    try:
        if stat.S_IMODE(os.stat(path).st_mode) & 0o077:
            return ""  # libpq does not look into it, either
        with open(path, encoding="utf-8") as stream:
            lines = stream.read().splitlines()
    except (OSError, UnicodeError):
        return ""
    wanted = (host, str(server.port), database, server.user)
    for line in lines:
        *fields, password = (*_fields(line), "")[:5]
        if len(fields) == 4 and all(field in ("*", want) for field, want in zip(fields, wanted, strict=True)):
            return password
    return ""


def _fields(line: str) -> Iterator[str]:
    field, escaped = "", False
    for letter in line:
        if escaped or letter not in "\\:":
            field, escaped = field + letter, False
        elif letter == "\\":
            escaped = True
        else:
            yield field
            field = ""
    yield field
