"""The table of projects that were adopted by the README alone, in docs/field-trials.md."""

import tomllib
from collections.abc import Mapping
from typing import Any

from .projects import HERE

HEAD = """## By the README alone

Projects that nobody here had used before, with the lines of the README and what the output said to type
next: `doctor`, `init`, `run --budget 4m`, the page, `explain`, `fix`, `baseline write`. Each test had the outcome
of plain pytest in the declared order. Minutes are from the first line to the baseline, the project being installed.

| project | commit | tests | minutes | verdict | stumbles |
| --- | --- | --: | --: | --- | --- |"""


def adopted() -> list[str]:
    """The section of the page."""
    found: Mapping[str, Mapping[str, Any]] = tomllib.loads((HERE / "adopted.toml").read_text())
    return [HEAD, *(_row(name, each) for name, each in found.items()), ""]


def _row(name: str, each: Mapping[str, Any]) -> str:
    told = (f"[{name}]({each['repository']})", f"`{each['commit']}`", each["tests"], each["minutes"])
    return f"| {' | '.join(map(str, (*told, each['verdict'], each['stumbles'])))} |"
