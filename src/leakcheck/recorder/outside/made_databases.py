"""Databases that a suite makes for itself, as Django's test runner does: each execution makes one of its own, by
another name, while settings and connections say what they said."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

from leakcheck.postgres.copying import quoted
from leakcheck.postgres.names import Copy
from leakcheck.postgres.own_copies import OwnCopies
from leakcheck.postgres.parameters import target_of
from leakcheck.snapshots.stand_ins import stands_in_for

DJANGO = "django.db.backends.postgresql.creation"


def follow_django(own: OwnCopies, module: ModuleType) -> None:
    """What makes and drops its test databases: these names reach no driver as one that is connected to."""
    holder: Any = module.DatabaseCreation
    make, drop = holder._execute_create_test_db, holder._destroy_test_db

    @stands_in_for(make)
    def create(creation: Any, cursor: Any, parameters: Any, keepdb: bool = False) -> Any:
        name = _unquoted(parameters["dbname"])
        copy = "" if Copy.read(name) else _asked(own, creation, name, keeps=keepdb)
        if copy:  # in place: who fails to make it drops the one of this name, and tries again
            parameters["dbname"] = quoted(copy)
        return make(creation, cursor, parameters, keepdb)

    @stands_in_for(drop)
    def destroy(creation: Any, test_database_name: str, verbosity: Any) -> Any:
        copy = _asked(own, creation, test_database_name, keeps=None)
        return drop(creation, copy or test_database_name, verbosity)

    holder._execute_create_test_db, holder._destroy_test_db = create, destroy


def _asked(own: OwnCopies, creation: Any, name: str, *, keeps: bool | None) -> str:
    """What to call it; `keeps` is None if it is to go."""
    try:
        given = {**creation.connection.get_connection_params(), "dbname": name}
        target = target_of(given, os.environ, own.terms)
    except Exception:  # Django will say what is wrong
        return ""
    if target is None:
        return ""
    return own.drops(target) if keeps is None else own.makes(target, keeps=keeps)


def _unquoted(name: str) -> str:
    return name[1:-1].replace('""', '"') if name.startswith('"') else name
