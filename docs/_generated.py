"""Pages that are made from the program itself when the site is built: a hook of MkDocs."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterator
from importlib.resources import files as package_files
from pathlib import Path
from types import NoneType
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

import typer
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from typer.models import ArgumentInfo, OptionInfo

from leakcheck.cli.app import app
from leakcheck.options import TABLE
from leakcheck.options.schema import config_schema
from leakcheck.reports.wording.rules import RULES

CONTRIBUTING = Path(__file__).parents[1] / "CONTRIBUTING.md"
SCHEMA = "report-format-1.schema.json"
CONFIG_SCHEMA = "configuration.schema.json"
_INTRODUCTION = (
    "What stands behind `--` goes to pytest: `leakcheck run tests -- -m fast`. Exit codes are those of pytest: "
    "0 nothing above the gate, 1 the gate tripped, 2 interrupted, 3 a mistake of leakcheck's own, 4 wrong options "
    "or a suite that cannot be collected, 5 no tests."
)
_CODES = (
    "Every finding has a code. The first digit tells its severity: 1 an error, 2 a warning, all others a note. "
    "`--fail-on` takes these severities."
)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add what the program says of itself to the pages that stand in the folder."""
    schema = package_files("leakcheck.reports.schema").joinpath(SCHEMA).read_text("utf-8")
    made = {
        "cli.md": cli_page(),
        "finding-codes.md": codes_page(),
        "contributing.md": contributing_page(),
        SCHEMA: schema,
        CONFIG_SCHEMA: f"{json.dumps(config_schema(), indent=2)}\n",
    }
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files


def contributing_page() -> str:
    """The page that stands beside the README, where code hosts look for it."""
    return CONTRIBUTING.read_text("utf-8").replace("](docs/", "](")


def cli_page() -> str:
    """Every command with its arguments and options, as the application has them."""
    lines = ["# Command line", "", _INTRODUCTION]
    for path, command in _commands("leakcheck", app):
        lines += ["", f"## `{path}`", "", inspect.getdoc(command) or "", ""]
        lines += ["| argument or option | values | default | meaning |", "|---|---|---|---|", *_rows(command)]
    return "\n".join(lines) + "\n"


def codes_page() -> str:
    """Every code of a finding, and what it means."""
    rows = [
        f"| [`{code}`](#{code.lower()}) | {rule.severity} | {_cell(rule.short)} |" for code, rule in RULES.items()
    ]
    lines = ["# Finding codes", "", _CODES, "", "| code | severity | says |", "|---|---|---|", *rows]
    for code, rule in RULES.items():
        lines += ["", f"## {code}", "", f"**{rule.short}** ({rule.severity}). {rule.help}"]
    return "\n".join(lines) + "\n"


def _commands(path: str, group: typer.Typer) -> Iterator[tuple[str, Callable[..., object]]]:
    for command in group.registered_commands:
        if command.callback is not None:
            yield f"{path} {command.name or command.callback.__name__}", command.callback
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            yield from _commands(f"{path} {inner.name}", inner.typer_instance)


def _rows(command: Callable[..., object]) -> Iterator[str]:
    defaults = {name: each.default for name, each in inspect.signature(command).parameters.items()}
    for name, hint in get_type_hints(command, include_extras=True).items():
        kind, info = (*get_args(hint), None)[:2] if get_origin(hint) is Annotated else (hint, None)
        if isinstance(info, OptionInfo | ArgumentInfo):
            is_option = isinstance(info, OptionInfo)
            shown = ", ".join(_names(info, name)) if is_option else name.upper()
            yield f"| `{shown}` | {_values(kind)} | {_default(name, defaults[name])} | {_cell(info.help or '')} |"


def _names(info: OptionInfo | ArgumentInfo, name: str) -> tuple[str, ...]:
    """In `Annotated` the first name stands where the default would."""
    given = (info.default, *(info.param_decls or ()))
    return tuple(each for each in given if isinstance(each, str)) or (f"--{name.replace('_', '-')}",)


def _values(kind: Any) -> str:
    """The words that an option takes, or what sort of value."""
    names = {int: "number", float: "number", str: "text", bool: ""}
    if get_origin(kind) is Literal:
        return ", ".join(f"`{each}`" for each in get_args(kind))
    inner = [each for each in get_args(kind) if each is not NoneType]
    return _values(inner[0]) if inner else names.get(kind, "text")


def _default(name: str, value: object) -> str:
    if name in TABLE and TABLE[name].said.usual:  # that of this machine says nothing
        return TABLE[name].said.usual.partition(";")[0]
    return "" if value in (None, False, inspect.Parameter.empty) else f"`{value}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("[default: ", "(default: ").replace("]", ")")
