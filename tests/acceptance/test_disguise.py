"""Whoever looks at a library's functions while leakcheck watches sees what he would see without it."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

from support import Project, run

LIBRARIES = (
    "anyio.from_thread", "asyncio", "asyncpg", "concurrent.futures", "fastapi", "fastapi.applications",
    "fastapi.routing", "fastapi.testclient", "flask", "httpcore", "httpx", "psycopg", "psycopg2", "requests",
    "socket", "sqlalchemy.engine", "sqlalchemy.ext.asyncio", "sqlalchemy.orm", "sqlite3", "starlette.applications",
    "starlette.routing", "starlette.testclient", "threading", "unittest.mock",
)  # fmt: skip
LOOKING = """
    import importlib
    import inspect
    import json
    import re
    import sys

    LIBRARIES = %r

    def looks(function):
        asked = (inspect.signature, inspect.getfullargspec)
        return [*map(lambda ask: told(ask, function), asked), *kinds(function)]

    def told(ask, function):
        try:
            return re.sub("0x[0-9a-f]+", "0x", str(ask(function)))
        except (TypeError, ValueError) as error:
            return type(error).__name__

    def kinds(function):
        asked = inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction
        return [ask(function) for ask in asked] + [function.__name__, function.__qualname__, function.__module__]

    for library in LIBRARIES:
        importlib.import_module(library)

    def test_look():
        found = {}
        heads = {each.partition(".")[0] for each in LIBRARIES}
        for name, module in sorted(sys.modules.items()):
            if name.partition(".")[0] not in heads:
                continue
            for holder in [module, *filter(inspect.isclass, vars(module).values())]:
                place = getattr(holder, "__module__", name) + "." + getattr(holder, "__qualname__", "")
                for key in dir(holder):
                    value = inspect.getattr_static(holder, key, None)
                    if inspect.isfunction(value):
                        found[f"{place}:{key}"] = looks(value)
        with open("looks.json", "w") as file:
            json.dump(found, file)
"""


def looks(folder: Path, *options: str) -> Mapping[str, object]:
    command = (sys.executable, "-m", "pytest", "-q", "-p", "leakcheck.pytest_plugin", *options)
    ended = run(folder, *command, variables={"PYTHONHASHSEED": "0"})  # sets are shown in their sequence
    assert ended.code == 0, ended.text
    return dict(json.loads((folder / "looks.json").read_text("utf-8")))


def test_functions_of_libraries_look_as_they_do_without_us() -> None:
    with Project({"test_looks.py": LOOKING % (LIBRARIES,)}).folder() as folder:
        plain, guarded = looks(folder), looks(folder, "--leakcheck-guard=warn")
    assert len(plain) > 1_000
    assert [f"{name}: {guarded.get(name)}" for name, look in plain.items() if guarded.get(name) != look] == []
    # What is written in C is no function, and what stands in for it is one.
    assert {name.partition(":")[2] for name in guarded.keys() - plain.keys()} <= {"connect", "bind", "listen"}
