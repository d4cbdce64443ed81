"""The table of hazards in docs/field-trials.md: what was told, judged by hand."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from .projects import HERE

HEAD = """## Hazards

[Hazards](hazards.md) had trials of their own, on suites that test FastAPI and Starlette applications, with a budget
of one to five minutes, which is enough for the declared order. What was told was judged by hand, one line of each
habit in its source: whether what it says is so, at that line.

| project | commit | tests | told | true | what |
| --- | --- | --: | --: | --: | --- |"""


def hazards() -> list[str]:
    """The section of the page."""
    found: Mapping[str, Mapping[str, Any]] = tomllib.loads((HERE / "hazards.toml").read_text())
    return [HEAD, *(_row(name, each) for name, each in found.items()), "", *_sum(found), ""]


def _row(name: str, each: Mapping[str, Any]) -> str:
    true = str(each["true"]) if each["told"] else ""
    shown = f"[{name}]({each['repository']}){each.get('part', '')}"
    commit = f"`{each['commit']}`" if each.get("commit") else ""
    return f"| {' | '.join((shown, commit, str(each['tests']), str(each['told']), true, each.get('what', '')))} |"


def _sum(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    tests, told, true = (sum(each[name] for each in found.values()) for name in ("tests", "told", "true"))
    yield (
        f"{len(found)} suites, {tests:,} tests: {told} hazards told, {true} of them true: "
        f"{100 * (told - true) / tests:.1f} false ones in a hundred tests (goal: at most one)."
    )
