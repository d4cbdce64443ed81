"""Drivers of PostgreSQL: in whatever way they are asked to connect, it is to a database of the execution's own. All
that the project itself says and sees of its address stays as it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from functools import partial
from types import ModuleType
from typing import Any

from leakcheck.postgres.own_copies import OwnCopies
from leakcheck.postgres.parameters import Target, target_of
from leakcheck.recorder.changes.import_patches import PatchingFinder
from leakcheck.recorder.outside.made_databases import DJANGO, follow_django
from leakcheck.snapshots.stand_ins import stands_in_for

Follow = Callable[[OwnCopies, ModuleType], None]


def follow_drivers(own: OwnCopies) -> None:
    """Exchange databases from now on, whichever driver is imported when."""
    known: Mapping[str, Follow] = {
        "psycopg": _psycopg, "psycopg2": _psycopg2, "asyncpg": _asyncpg, "pg8000": _not_followed,
        DJANGO: follow_django,
    }  # fmt: skip
    PatchingFinder({name: (partial(_tried, own, follow),) for name, follow in known.items()}).install()


def _tried(own: OwnCopies, follow: Follow, module: ModuleType) -> None:
    """What is exchanged is private to the drivers: one that has something else there connects as it always did."""
    try:
        follow(own, module)
    except Exception:
        own.leave(module.__name__)


def _not_followed(own: OwnCopies, module: ModuleType) -> None:
    raise LookupError(module.__name__)


def _psycopg(own: OwnCopies, module: ModuleType) -> None:
    parts = sys.modules["psycopg.conninfo"]
    read, write = parts.conninfo_to_dict, parts.make_conninfo
    holders = [
        next(each for each in kind.__mro__ if "_connect_gen" in vars(each))
        for kind in (module.Connection, module.AsyncConnection)
    ]
    found = [(holder, vars(holder)["_connect_gen"].__func__) for holder in dict.fromkeys(holders)]
    for holder, original in found:
        holder._connect_gen = classmethod(_exchanging(own, original, read, write, 1))
    own.followed.add("psycopg")


def _psycopg2(own: OwnCopies, module: ModuleType) -> None:
    parts = sys.modules["psycopg2.extensions"]
    module._connect = _exchanging(own, module._connect, parts.parse_dsn, parts.make_dsn, 0)  # type: ignore[attr-defined]
    own.followed.add("psycopg2")


def _exchanging(own: OwnCopies, original: Any, read: Any, write: Any, at: int) -> Any:
    """`original` gets what is connected to as its argument number `at`, in one piece of text."""

    @stands_in_for(original)
    def connect(*args: Any, **given: Any) -> Any:
        name = own.database(_target(own, lambda: read(args[at])))
        if name:
            try:
                args = (*args[:at], write(args[at], dbname=name), *args[at + 1 :])
            except Exception:
                own.leave(str(original.__module__).partition(".")[0])
        return original(*args, **given)

    return connect


def _asyncpg(own: OwnCopies, module: ModuleType) -> None:
    holder = sys.modules["asyncpg.connect_utils"]
    original = holder._parse_connect_arguments

    @stands_in_for(original)
    def parse(*args: Any, **given: Any) -> Any:
        found = original(*args, **given)
        try:
            addresses, parameters, *others = found
            exchanged = parameters._replace
        except Exception:
            own.leave("asyncpg")
            return found
        name = own.database(_target(own, lambda: _resolved(addresses, parameters)))
        return (addresses, exchanged(database=name), *others) if name else found

    holder._parse_connect_arguments = parse  # type: ignore[attr-defined]


def _resolved(addresses: Any, parameters: Any) -> Mapping[str, object]:
    """What asyncpg has found out, the environment and the file of passwords included."""
    if len(addresses) != 1:
        return {"service": "several hosts"}
    (address,) = addresses
    host, port = os.path.split(address) if isinstance(address, str) else address
    return {
        "host": host,
        "port": str(port).rpartition(".")[2],
        "user": parameters.user,
        "password": parameters.password if isinstance(parameters.password, str) else "",
        "dbname": parameters.database,
    }


def _target(own: OwnCopies, given: Any) -> Target | None:
    try:
        return target_of(given(), os.environ, own.terms)
    except Exception:  # the driver will say what is wrong with it
        return None
