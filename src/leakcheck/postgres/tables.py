"""What the tables of a database hold, as far as it is committed, read by a connection of leakcheck's own that waits
for no lock; and how one of them gets its old rows back."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from leakcheck.postgres.copying import literal, quoted
from leakcheck.postgres.wire import Connection, Refused

MAX_BYTES = 4 << 20
"""What is larger, with its indexes left out, is not looked into."""
_WHOLE = ("20", "21", "23")
"""The numbers of the types of whole numbers."""
_NUMBER = re.compile("0|-?[1-9][0-9]{0,17}")
SEQUENCE = " (a sequence)"
"""Stands behind the name of one: it goes on when what has asked it is rolled back."""
NOT_ALLOWED = "42501"
_GRANTED = 150_000
"""The version from which on a role that is no superuser may be allowed to."""
_AT_ONCE = "BEGIN READ ONLY; SET LOCAL lock_timeout = 1; SET LOCAL row_security = off;"
_SOON = "BEGIN; SET LOCAL lock_timeout = 200;"
_NOBODYS = "n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg!_t%' ESCAPE '!'"
_TABLES = f"""SELECT n.nspname, c.relname, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)
    FILTER (WHERE a.attgenerated = ''), string_agg(concat_ws(' ', a.attname, a.atttypid, a.atttypmod, a.attnotnull,
    pg_get_expr(d.adbin, d.adrelid)), ', ' ORDER BY a.attnum),
    string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) FILTER (WHERE a.attnum = ANY (SELECT unnest(i.indkey)
    FROM pg_index i WHERE i.indrelid = a.attrelid AND i.indisprimary)),
    string_agg(a.atttypid::text, ', ' ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind = 'r' AND {_NOBODYS} AND a.attnum > 0 AND NOT a.attisdropped
    AND pg_relation_size(c.oid) <= {MAX_BYTES} GROUP BY 1, 2 ORDER BY 1, 2"""
_SEQUENCES = f"""SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'S' AND {_NOBODYS} ORDER BY 1, 2"""


class Content(NamedTuple):
    """`text` tells what is there without telling it, `rows` are for putting it back: those of a table, by its
    columns; the last number of a sequence and whether it was given away."""

    text: str
    columns: str
    rows: tuple[bytes, ...]
    key: str = ""
    types: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Of the columns."""
        return _listed(self.columns)

    @property
    def key_names(self) -> tuple[str, ...]:
        return _listed(self.key)

    def values(self) -> list[tuple[object, ...]]:
        """Of each row, as they are written for COPY; whole numbers as such."""
        types = _listed(self.types)
        texts = (row.decode(errors="replace").rstrip("\n").split("\t") for row in self.rows)
        return [tuple(map(_value, row, types)) for row in texts if len(row) == len(types)]


def signature(connection: Connection) -> str:
    """Differs as soon as anybody has written anything on the server."""
    ((place,),) = connection.rows("SELECT pg_current_wal_insert_lsn()")
    return str(place)


def contents(connection: Connection, hasher: Callable[[], hashlib.blake2b]) -> Mapping[str, Content]:
    """name -> what it holds, of all tables and sequences. `Refused` where nobody can know at once."""
    try:
        connection.rows(_AT_ONCE)
        tables = connection.rows(_TABLES)
        sequences = connection.rows(_SEQUENCES)
        copied = connection.ask(";".join((*map(_copied, tables), *map(_asked, sequences), "SELECT"))).copied
    finally:
        connection.rows("ROLLBACK")
    found: dict[str, Content] = {}
    for (schema, name, columns, definition, key, types), rows in zip(tables, copied, strict=False):
        digest = _digest(hasher, definition, rows)
        found[_shown(schema, name)] = Content(
            f"rows: {len(rows)} #{digest}", str(columns), rows, key or "", types or ""
        )
    for (schema, name), rows in zip(sequences, copied[len(tables) :], strict=True):
        last, given = b"".join(rows).decode().split()
        text = f"last number: {last if given == 't' else 0}"
        found[_shown(schema, name) + SEQUENCE] = Content(text, "", rows)
    return found


def put_back(connection: Connection, name: str, kept: Content | None) -> None:
    """Give a table its old rows, or a sequence its old number; take a table away that was not there. The others
    keep what they hold. `Refused` if that cannot be done, or not at once."""
    connection.rows(_SOON)
    try:
        if name.endswith(SEQUENCE):
            _set_number(connection, name.removesuffix(SEQUENCE), kept)
        elif kept is None:
            connection.rows(f"DROP TABLE {_written(name)}")
        else:
            _replace(connection, name, kept)
        connection.rows("COMMIT")
    except Refused:
        connection.rows("ROLLBACK")
        raise


def what_would_help(connection: Connection, database: str) -> str:
    """Where putting back was `NOT_ALLOWED`."""
    ((user, version),) = connection.rows("SELECT current_user, current_setting('server_version_num')")
    line = f"GRANT SET ON PARAMETER session_replication_role TO {user}"
    help_ = (
        f"{line}, by a superuser, would help" if int(version or 0) >= _GRANTED else "a superuser's role would help"
    )
    return (
        f"the role {user} may not put back tables of {database} that have foreign keys or triggers (it may not set "
        f"session_replication_role), so that what their rows cause stays without a proof; {help_}"
    )


def _replace(connection: Connection, name: str, kept: Content) -> None:
    table = _written(name)
    ((follows,),) = connection.rows(
        f"""SELECT count(*) FROM pg_trigger WHERE tgrelid = {literal(table)}::regclass
        AND tgenabled <> 'D' AND (NOT tgisinternal OR tgconstrrelid IN (SELECT oid FROM pg_class))"""
    )
    if follows != "0":  # nothing that is declared about other tables shall follow from it
        connection.rows("SET LOCAL session_replication_role = replica")
    connection.rows(f"DELETE FROM {table}")
    if kept.rows:
        columns = f" ({kept.columns})" if kept.columns else ""
        connection.ask(f"COPY {table}{columns} FROM STDIN", b"".join(kept.rows))


def _set_number(connection: Connection, name: str, kept: Content | None) -> None:
    if kept is None:
        raise Refused("it was not there")
    last, given = b"".join(kept.rows).decode().split()
    connection.rows(f"SELECT setval({literal(_written(name))}, {int(last)}, {'true' if given == 't' else 'false'})")


def _listed(quoted_names: str) -> tuple[str, ...]:
    return tuple(each.strip('"') for each in quoted_names.split(", ")) if quoted_names else ()


def _value(text: str, type_: str) -> object:
    return int(text) if type_ in _WHOLE and _NUMBER.fullmatch(text) else text


def _copied(row: Iterable[str | None]) -> str:
    schema, name, columns, *_ = row
    return f"COPY (SELECT {columns or ''} FROM {_quoted(schema, name)}) TO STDOUT"


def _asked(row: Iterable[str | None]) -> str:
    schema, name = row
    return f"COPY (SELECT last_value, is_called FROM {_quoted(schema, name)}) TO STDOUT"


def _digest(hasher: Callable[[], hashlib.blake2b], definition: str | None, rows: Iterable[bytes]) -> str:
    content = hasher()
    content.update(repr(definition).encode())
    for row in sorted(rows):  # a row that is written anew changes its place
        content.update(row)
    return content.hexdigest()


def _quoted(schema: str | None, name: str | None) -> str:
    return f"{quoted(str(schema))}.{quoted(str(name))}"


def _shown(schema: str | None, name: str | None) -> str:
    return str(name) if schema == "public" else f"{schema}.{name}"


def _written(shown: str) -> str:
    schema, dot, name = shown.partition(".")
    return _quoted(schema, name) if dot else _quoted("public", shown)
