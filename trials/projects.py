"""The projects of the field trials, from projects.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Project:
    """One public project.

    Args:
        name: Short name, of its result file too.
        repository: Where to clone it from.
        commit: The full hash that was tried.
        kind: What it stands for, in the table's words.
        prepare: Shell commands to run once in the checkout, after installing; `$PYTHON` is its interpreter.
        directory: Where its tests are run, from the checkout.
        environment: Variables that its own test instructions set.
        paths: What pytest, and leakcheck, are given.
        services: Servers that must be there.
        remark: What a reader of the table must know.
    """

    name: str
    repository: str
    commit: str
    kind: str
    prepare: tuple[str, ...] = ()
    directory: str = "."
    environment: tuple[tuple[str, str], ...] = ()
    paths: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    remark: str = ""


def projects() -> dict[str, Project]:
    """All projects by name, in the table's order."""
    tables = tomllib.loads((HERE / "projects.toml").read_text())
    return {
        name: Project(name=name, **{key: _frozen(value) for key, value in table.items()})
        for name, table in tables.items()
    }


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple(value.items())
    return tuple(value) if isinstance(value, list) else value
