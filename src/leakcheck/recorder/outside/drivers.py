"""Drivers of PostgreSQL: in whatever way they are asked to connect, it is to a database of the execution's own. All
that the project itself says and sees of its address stays as it is."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from functools import partial, wraps
from types import ModuleType
from typing import Any

from leakcheck.postgres.own_copies import OwnCopies
from leakcheck.postgres.parameters import Target, target_of
from leakcheck.recorder.changes.import_patches import Patch, PatchingFinder


def follow_drivers(own: OwnCopies) -> None:
    """Exchange databases from now on, whichever driver is imported when."""
    patches: Mapping[str, Sequence[Patch]] = {
        "psycopg": (partial(_psycopg, own),),
        "psycopg2": (partial(_psycopg2, own),),
        "asyncpg.connect_utils": (partial(_asyncpg, own),),
    }
    PatchingFinder(patches).install()


def _psycopg(own: OwnCopies, module: ModuleType) -> None:
    parts = sys.modules["psycopg.conninfo"]
    holder = next((each for each in module.Connection.__mro__ if "_connect_gen" in vars(each)), None)
    if holder is None:
        return
    original = vars(holder)["_connect_gen"].__func__

    @wraps(original)
    def connect(cls: Any, conninfo: str = "", *args: Any, **given: Any) -> Any:
        name = own.database(_target(lambda: parts.conninfo_to_dict(conninfo)))
        return original(cls, parts.make_conninfo(conninfo, dbname=name) if name else conninfo, *args, **given)

    holder._connect_gen = classmethod(connect)
    own.followed.add("psycopg")


def _psycopg2(own: OwnCopies, module: ModuleType) -> None:
    parts = sys.modules["psycopg2.extensions"]
    original = module._connect

    @wraps(original)
    def connect(dsn: str, *args: Any, **given: Any) -> Any:
        name = own.database(_target(lambda: parts.parse_dsn(dsn)))
        return original(parts.make_dsn(dsn, dbname=name) if name else dsn, *args, **given)

    module._connect = connect  # type: ignore[attr-defined]
    own.followed.add("psycopg2")


def _asyncpg(own: OwnCopies, module: ModuleType) -> None:
    original = module._parse_connect_arguments

    @wraps(original)
    def parse(**given: Any) -> Any:
        addresses, parameters, config = original(**given)
        name = own.database(_target(lambda: _resolved(addresses, parameters)))
        return addresses, parameters._replace(database=name) if name else parameters, config

    module._parse_connect_arguments = parse  # type: ignore[attr-defined]


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


def _target(given: Any) -> Target | None:
    try:
        return target_of(given(), os.environ)
    except Exception:  # the driver will say what is wrong with it
        return None
