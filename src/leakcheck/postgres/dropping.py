"""Drops the copies of one audit, by what its processes have noted in its scratch folder."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from leakcheck.postgres.copying import administration, drop
from leakcheck.postgres.names import BASE, Copy, is_alive
from leakcheck.postgres.parameters import Target
from leakcheck.postgres.registry import Registry
from leakcheck.postgres.wire import Refused, Server


def drop_copies(scratch: str, *, all_of_them: bool, bases: bool) -> tuple[str, ...]:
    """Those of processes that are gone, or all of them; the `bases` as well. Returns what could not be dropped."""
    registry = Registry(scratch)
    wanted = sorted(
        (server, name)
        for name, server in registry.noted().items()
        if (copy := Copy.read(name)) is not None and _is_over(copy, all_of_them=all_of_them, bases=bases)
    )
    if not wanted:
        return ()
    servers = {name: server for name, (server, _) in registry.read().servers.items()}
    left: list[str] = []
    for name, rows in groupby(wanted, key=lambda row: row[0]):
        copies = [copy for _, copy in rows]
        left += copies if name not in servers else _dropped(registry, servers[name], copies)
    return tuple(left)


def _is_over(copy: Copy, *, all_of_them: bool, bases: bool) -> bool:
    return bases if copy.user == BASE else all_of_them or not is_alive(int(copy.user))


def _dropped(registry: Registry, server: Server, names: Iterable[str]) -> list[str]:
    left: list[str] = []
    try:
        with administration(Target(server, "")) as connection:
            for name in names:
                try:
                    drop(connection, name)
                except Refused:
                    left.append(name)
                else:
                    registry.strike(name)
    except Refused:
        left += names
    return left
