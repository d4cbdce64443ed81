"""Whether databases that the environment names could be copied for each execution, so that these share no rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from leakcheck.postgres.copying import administration, reason_against
from leakcheck.postgres.parameters import Target, target_of
from leakcheck.postgres.wire import Refused

_OF_LIBPQ = ("PGDATABASE", "PGHOST", "PGSERVICE")


@dataclass(frozen=True, slots=True)
class Rights:
    """Of one database: its name and server, and why it cannot be copied; "" if it can. Nothing is known of one that
    was not `reached`."""

    database: str
    reason: str
    reached: bool = True


def rights(environ: Mapping[str, str]) -> tuple[Rights, ...]:
    """Of the PostgreSQL databases on this machine that variables of the environment name, each once."""
    return tuple(map(_asked, dict.fromkeys(_named(environ))))


def _named(environ: Mapping[str, str]) -> Iterator[Target]:
    for value in environ.values():
        if value.startswith(("postgres://", "postgresql://", "postgresql+")):
            found = _of_address(value, environ)
            if found is not None:
                yield found
    if any(environ.get(name) for name in _OF_LIBPQ):
        found = target_of({}, environ)
        if found is not None:
            yield found


def _of_address(address: str, environ: Mapping[str, str]) -> Target | None:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    given = {
        "host": unquote(parts.hostname or ""),
        "port": port,
        "user": unquote(parts.username or ""),
        "password": unquote(parts.password or ""),
        "dbname": unquote(parts.path.strip("/")),
    }
    return target_of(given, environ)


def _asked(target: Target) -> Rights:
    name = f"{target.database} on {target.server.name}"
    try:
        with administration(target) as connection:
            return Rights(name, reason_against(connection, target.database))
    except Refused as error:
        return Rights(name, f"it cannot be looked at: {error}", reached=False)
    except ValueError:  # the server knows no such database, yet
        return Rights(name, "it is not there: a suite that makes its own cannot be given a copy")
