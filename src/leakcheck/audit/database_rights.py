"""Whether databases that the environment names could be copied for each execution, so that these share no rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from leakcheck.postgres.bases import reason_by
from leakcheck.postgres.copying import NOT_THERE, administration
from leakcheck.postgres.parameters import Target, target_of
from leakcheck.postgres.wire import Refused
from leakcheck.wire.database_terms import DatabaseTerms, is_postgres

_OF_LIBPQ = ("PGDATABASE", "PGHOST", "PGSERVICE")
_USUAL = DatabaseTerms()


@dataclass(frozen=True, slots=True)
class Rights:
    """Of one database: its name and server, and why it cannot be copied; "" if it can. Nothing is known of one that
    was not `reached`."""

    database: str
    reason: str
    reached: bool = True


def rights(environ: Mapping[str, str], terms: DatabaseTerms = _USUAL) -> tuple[Rights, ...]:
    """Of the PostgreSQL databases that variables of the environment name, each once, on this machine or where
    `terms` allow it; and of the variables that `terms` name in vain."""
    asked = tuple(_asked(target, terms) for target in dict.fromkeys(_named(environ, terms)))
    return (*asked, *(Rights(name, why, reached=False) for name in terms.urls if (why := _in_vain(name, environ))))


def _named(environ: Mapping[str, str], terms: DatabaseTerms) -> Iterator[Target]:
    for value in environ.values():
        if is_postgres(value):
            found = _of_address(value, environ, terms)
            if found is not None:
                yield found
    if any(environ.get(name) for name in _OF_LIBPQ):
        found = target_of({}, environ, terms)
        if found is not None:
            yield found


def _in_vain(name: str, environ: Mapping[str, str]) -> str:
    if not environ.get(name):
        return "the configuration names this variable, and it is not set"
    return (
        ""
        if is_postgres(environ[name])
        else "the configuration names this variable, and it holds no URL of PostgreSQL"
    )


def _of_address(address: str, environ: Mapping[str, str], terms: DatabaseTerms) -> Target | None:
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
    return target_of(given, environ, terms)


def _asked(target: Target, terms: DatabaseTerms) -> Rights:
    name = f"{target.database} on {target.server.name}"
    try:
        with administration(target) as connection:
            reason = reason_by(terms, connection, target.database)
    except Refused as error:
        return Rights(name, f"it cannot be looked at: {error}", reached=False)
    return Rights(name, _TO_BE_MADE if reason == NOT_THERE else reason)


_TO_BE_MADE = "it is not there: of those that suites make, only Django's are followed"
