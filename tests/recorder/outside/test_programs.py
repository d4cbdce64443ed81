"""Programs go by their names, and none of their arguments is told."""

from __future__ import annotations

import pytest

from leakcheck.recorder.outside.programs import program_of


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("/usr/bin/alembic", ["alembic", "upgrade", "head"]), "alembic"),
        (("/bin/sh", ["/bin/sh", "-c", "alembic upgrade head"]), "alembic"),
        (("/bin/python3", ["/venv/bin/python3.11", "-Wd", "-m", "alembic", "upgrade"]), "alembic"),
        (("python", ["python", "-m"]), "python"),
        (("psql", "psql postgresql://user:secret@localhost/shop"), "psql"),
        ((b"/usr/bin/psql -c 'DROP TABLE mugs'",), "psql"),
        (("x", [b"/usr/bin/dropdb", b"shop"]), "dropdb"),
        (("x", [1]), ""),
        (("x", []), ""),
    ],
)
def test_name(arguments: tuple[object, ...], name: str) -> None:
    assert program_of(*arguments) == name
