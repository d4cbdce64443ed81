"""The configuration file: which one counts, and what it says."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leakcheck.errors import UsageError
from leakcheck.nouns import plural
from leakcheck.options.checks import Unfit, did_you_mean
from leakcheck.options.databases import read_databases
from leakcheck.options.ignoring import Problem, read_rules
from leakcheck.options.model import BASELINE
from leakcheck.options.severities import read_severities
from leakcheck.options.table import KEYS, TABLE

OWN, SHARED = "leakcheck.toml", "pyproject.toml"


@dataclass(frozen=True)
class ConfigFile:
    """Options by the names of their fields. Paths in it, and `name`, are relative to where the user stands. `keys`
    are the fields that it names itself."""

    name: str
    values: Mapping[str, Any]
    keys: frozenset[str] = frozenset()


def find_config(start: Path) -> ConfigFile | None:
    """The nearest configuration in `start` or above it, up to the root of the repository.

    `leakcheck.toml` counts, and `pyproject.toml` if it has a table `[tool.leakcheck]`. The former wins beside the
    latter.
    """
    for folder in (start, *start.parents):
        for name in (OWN, SHARED):
            path = folder / name
            if path.is_file():
                table = _table(path)
                if table is not None:
                    return _read(path, table, start)
        if (folder / ".git").exists():
            return None
    return None


def load_config(path: Path, start: Path) -> ConfigFile:
    """The configuration in the file that the user named."""
    if not path.is_file():
        raise UsageError(f"no such configuration file: {path}", hint="Name a file with --config.")
    return _read(path, _table(path) or {}, start)


def _table(path: Path) -> Mapping[str, object] | None:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except RecursionError:
        raise UsageError(f"{path.name} is nested too deeply", hint=f"The file is {path}.") from None
    except (ValueError, MemoryError) as error:  # the parser has words of its own, and those of int() and of a codec
        raise UsageError(f"{path.name} is not valid TOML: {error}", hint=f"The file is {path}.") from error
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    if path.name != SHARED:
        return content
    tool = content.get("tool")
    table = tool.get("leakcheck") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{path.name}: tool.leakcheck{_shown(table)}: a table is expected")
    return table


def _read(path: Path, table: Mapping[str, object], start: Path) -> ConfigFile:
    name = os.path.relpath(path, start)
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for key, value in table.items():
        try:
            if key == "ignore":
                values["ignore"], wrong = read_rules(value, name)
                problems += wrong
            elif key == "severity":
                values["severity"], wrong = read_severities(value)
                problems += wrong
            elif key == "databases":
                values["databases"], wrong = read_databases(value)
                problems += wrong
            elif key in KEYS:
                values |= KEYS[key].as_fields(KEYS[key].check(value))
            else:
                problems.append((key, value, _unknown(key)))
        except Unfit as unfit:
            problems.append((key, value, str(unfit)))
    if problems:
        raise UsageError(_headline(name, len(problems)), detail=_lines(problems), hint="See docs/configuration.md.")
    if "ignore" in values:
        values["ignore"] = tuple(values["ignore"])
    return ConfigFile(name, _from_here(values, os.path.relpath(path.parent, start)), frozenset(values))


def _unknown(key: str) -> str:
    if key == "tool":
        return f"in {OWN} the keys stand without a table [tool.leakcheck]"
    return f"there is no such key{did_you_mean(key, [*KEYS, 'databases', 'ignore', 'severity'])}"


def _headline(name: str, number: int) -> str:
    return f"{name} has {plural(number, 'error')}"


def _lines(problems: Iterable[Problem]) -> str:
    return "\n".join(f"  {key}{_shown(value)}: {wrong}" for key, value, wrong in problems)


def _shown(value: object) -> str:
    if value is None:
        return ""
    try:
        text = str(value).lower() if isinstance(value, bool) else repr(value)
    except (RecursionError, ValueError):  # dotted keys nest without end; no number has too many digits to be read
        return ""
    return f" = {text if len(text) <= 80 else text[:77] + '...'}"


def _from_here(values: dict[str, Any], folder: str) -> Mapping[str, Any]:
    """Paths in the file are relative to it; everybody else's are relative to where the user stands."""
    return {name: _value_from_here(name, value, folder) for name, value in _with_baseline(values).items()}


def _value_from_here(name: str, value: Any, folder: str) -> Any:
    relative = TABLE[name].said.relative if name in TABLE else ""
    is_name = relative == "program" and os.sep not in value and "/" not in value
    if not relative or is_name:
        return value
    return tuple(_moved(each, folder) for each in value) if isinstance(value, tuple) else _moved(value, folder)


def _with_baseline(values: dict[str, Any]) -> dict[str, Any]:
    return {"baseline": BASELINE, **values}


def _moved(path: str, folder: str) -> str:
    file, mark, rest = path.partition("::")
    return path if folder == "." else os.path.normpath(os.path.join(folder, file)) + mark + rest
