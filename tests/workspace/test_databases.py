"""Copies of databases as the audit sees them: what goes when, and what is told of it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from leakcheck.postgres.names import BASE, Copy, audit_label
from leakcheck.postgres.own_copies import OwnCopies
from leakcheck.postgres.parameters import Target
from leakcheck.postgres.registry import Registry
from leakcheck.store import AuditFolder
from leakcheck.workspace.resource import AuditPlace
from leakcheck.workspace.resources.databases import Resource
from postgres_server import Postgres, started

pytestmark = pytest.mark.processes


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    with started() as found:
        yield found


@pytest.fixture
def own(server: Postgres, tmp_path: Path) -> Iterator[OwnCopies]:
    """Of a process that has connected."""
    with server.database("shop") as name:
        own = OwnCopies(str(tmp_path), audit_label("salt"))
        assert own.database(Target(server.server, name))
        yield own
        own.rest()


@pytest.fixture
def databases(own: OwnCopies, tmp_path: Path) -> Resource:
    folder = AuditFolder(tmp_path)
    return Resource(AuditPlace(folder, "salt", folder))


def users(server: Postgres) -> set[str]:
    """Who has a copy."""
    return {copy.user for name in server.databases() if (copy := Copy.read(name)) is not None}


def of_one_that_is_over(server: Postgres, folder: Path) -> str:
    """A copy of a process that was killed before it dropped it; returns its number."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    (base,) = (copy for name in Registry(str(folder)).noted() if (copy := Copy.read(name)) and copy.user == BASE)
    left = str(base._replace(user=str(process.pid)))
    Registry(str(folder)).note(left, Registry(str(folder)).noted()[str(base)])
    server.rows(f'CREATE DATABASE "{left}"')
    return str(process.pid)


def test_what_is_left_of_an_execution_goes_behind_it(
    server: Postgres, own: OwnCopies, databases: Resource, tmp_path: Path
) -> None:
    gone = of_one_that_is_over(server, tmp_path)
    before = users(server)
    assert databases.returned(databases.lease("e1"), ()) == ()
    assert users(server) == before - {gone}
    databases.close()


def test_nothing_stays_behind_the_audit(server: Postgres, databases: Resource) -> None:
    databases.close()
    databases.close()
    assert users(server) == set()
    assert list(databases.troubles()) == []
    (told,) = databases.left("/")
    assert "what the audit found in shop;" in told


def test_nobody_gets_a_copy_where_it_is_to_be_shared(
    server: Postgres, own: OwnCopies, databases: Resource, tmp_path: Path
) -> None:
    own.drop()
    assert databases.share("outcomes differ")
    assert not databases.share("once more")
    assert users(server) == set()
    assert OwnCopies(str(tmp_path), audit_label("salt")).database(Target(server.server, "shop")) == ""
    assert list(databases.left("/")) == ["no copy for each execution of shop: outcomes differ"]
    databases.close()


def test_what_cannot_be_dropped_is_told(
    server: Postgres, own: OwnCopies, databases: Resource, tmp_path: Path
) -> None:
    with Registry(str(tmp_path)).changed() as known:
        right = dict(known.servers)
        known.servers.update((name, (where._replace(port=1), oids)) for name, (where, oids) in right.items())
    databases.close()
    (told,) = databases.troubles()
    assert "the next audit will" in told
    with Registry(str(tmp_path)).changed() as known:
        known.servers.update(right)
    databases.close()
    assert list(databases.troubles()) == []
