"""docs/field-trials.md, from the results and from what was judged by hand."""

import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from .adopted import adopted
from .hazards import hazards
from .projects import HERE, Project, projects
from .trial import RESULTS

PAGE = Path(__file__).parents[1] / "docs/field-trials.md"
HEAD = """# Field trials

leakcheck on public projects, compared with plain pytest: the same outcomes, and what it found. Every project is
audited by `leakcheck run PATHS --python ITS-INTERPRETER` with no other option, one after the other on a machine of
two cores that was doing other work too; compare seconds only within a line. This page is written by
`python -m trials table` from `trials/results`; commits, versions and environment variables are in
`trials`.

- *different*: tests whose outcome in leakcheck's declared order is not that of plain pytest. *after*: those whose
  outcome in plain pytest was different after the audit from before it. *files*: what git sees in the checkout after
  the audit and did not see before, ignored files included.
- *order-dependent*: tests found to depend on order, self-polluting ones included; *confirmed*: of those tried,
  twenty at most a project, how many showed it by the printed command in plain pytest and behaved otherwise alone.
- *leaks*: root causes told (broken, read and latent). *true*: of those looked at by hand, twenty at most a project,
  how many are there at the line that is told and worth a maintainer's look.
"""
ROW = "| {} |"


def table() -> str:
    """The whole page."""
    results = {name: _read(name) for name in projects() if (RESULTS / f"{name}.json").exists()}
    judged = tomllib.loads((HERE / "judged.toml").read_text())
    known = projects()
    rows = [_row(known[name], result, judged.get(name, {})) for name, result in results.items()]
    stories = [_story(known[name], result, judged.get(name, {})) for name, result in results.items()]
    told = [_sum(results, judged), *_untried(set(known) - set(results))]
    return "\n".join([HEAD, *_table(rows), "", *told, "", *hazards(), *adopted(), *stories]).rstrip() + "\n"


def _untried(names: Iterable[str]) -> list[str]:
    listed = ", ".join(sorted(names))
    return ["", f"In the list, and not tried to the end yet with this version: {listed}."] if listed else []


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text())
    return found


def _table(rows: Iterable[list[str]]) -> list[str]:
    head = [
        *("project", "commit", "tests", "plain", "audit", "runs", "engine", "different", "after", "files"),
        *("order-dependent", "confirmed", "leaks", "true"),
    ]
    align = ["---", "---", *["--:"] * (len(head) - 2)]
    return [ROW.format(" | ".join(cells)) for cells in (head, align, *rows)]


def _row(project: Project, result: Mapping[str, Any], judged: Mapping[str, Any]) -> list[str]:
    plain, audit = result["plain_seconds"], result["audit_seconds"]
    return [
        f"[{project.name}]({project.repository})",
        f"`{project.commit[:9]}`",
        f"{result['tests']:,}",
        f"{plain:.0f} s",
        f"{audit:.0f} s" + (" (budget spent)" if result["budget_exhausted"] else ""),
        f"{audit / plain:.1f}",
        result["engine"],
        str(len(result["differences"])),
        str(len(result["differences_after"])),
        str(len(result["files_left"])),
        str(len(result["dependent"])),
        _of(sum(result["confirmed"].values()), len(result["confirmed"])),
        str(len(result["leaks"])),
        _of(judged.get("true", 0), judged.get("looked_at", 0)),
    ]


def _of(some: int, all_: int) -> str:
    return f"{some} of {all_}" if all_ else ""


def _sum(results: Mapping[str, Mapping[str, Any]], judged: Mapping[str, Any]) -> str:
    tests = sum(result["tests"] for result in results.values())
    dependent = sum(len(result["dependent"]) for result in results.values())
    tried = [each for result in results.values() for each in result["confirmed"].values()]
    different = sum(len(result["differences"]) for result in results.values())
    looked = sum(judged.get(name, {}).get("looked_at", 0) for name in results)
    true = sum(judged.get(name, {}).get("true", 0) for name in results)
    share = f" ({100 * true / looked:.0f} %)" if looked else ""
    return (
        f"{len(results)} projects, {tests:,} tests: {different} different outcomes; {dependent} order-dependent "
        f"tests, {sum(tried)} of {len(tried)} tried confirmed by plain pytest; {true} of {looked} leaks looked at "
        f"are true{share}."
    )


def _story(project: Project, result: Mapping[str, Any], judged: Mapping[str, Any]) -> str:
    lines = [f"## {project.name}", "", f"{project.kind[0].upper()}{project.kind[1:]}."]
    lines += [f"{text[0].upper()}{text[1:]}." for text in (project.remark, _services(project)) if text]
    lines += [f"Neutralised: {', '.join(result['neutralised'])}."] if result["neutralised"] else []
    lines += [judged["found"]] if judged.get("found") else []
    lines += _listed("Different", result["differences"])
    lines += _listed("Different after the audit", result["differences_after"])
    lines += _listed("Files left", result["files_left"])
    lines += _listed(
        "Not confirmed by plain pytest", [test for test, shown in result["confirmed"].items() if not shown]
    )
    lines += [f"Fixed in leakcheck: {judged['fixed']}"] if judged.get("fixed") else []
    return "\n".join(lines) + "\n"


def _services(project: Project) -> str:
    return f"needs {', '.join(project.services)}" if project.services else ""


def _listed(title: str, found: Iterable[str]) -> list[str]:
    rows = [f"- `{each}`" for each in found]
    more = [f"- and {len(rows) - 20} more"] if len(rows) > 20 else []
    return ["", f"{title}:", "", *rows[:20], *more, ""] if rows else []
