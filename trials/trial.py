"""One field trial: set a project up, run plain pytest, audit it, and compare."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .projects import HERE, Project

RESULTS = HERE / "results"
TRIED = 20


@dataclass(frozen=True, slots=True)
class Place:
    """A project's checkout and environment, below the folder for trials."""

    project: Project
    folder: Path

    @property
    def checkout(self) -> Path:
        return self.folder / "src"

    @property
    def tests_run_in(self) -> Path:
        return self.checkout / self.project.directory

    @property
    def python(self) -> Path:
        return self.folder / "venv/bin/python"

    def environment(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The process's environment, with what the project's test instructions set."""
        set_by_project = {
            key: value.format(bin=self.python.parent, PATH=os.environ["PATH"])
            for key, value in self.project.environment
        }
        return {**os.environ, **set_by_project, **(more or {})}

    def paths(self) -> list[str]:
        """The paths that pytest gets, with patterns replaced by what they match."""
        found = []
        for path in self.project.paths:
            matches = sorted(self.tests_run_in.glob(path)) if "*" in path else []
            found += [str(match.relative_to(self.tests_run_in)) for match in matches] or [path]
        return found


def set_up(place: Place) -> None:
    """Clone and install what is not there yet."""
    project = place.project
    if not place.checkout.exists():
        subprocess.run(["git", "clone", "-q", project.repository, place.checkout], check=True)
        subprocess.run(["git", "-C", place.checkout, "checkout", "-q", project.commit], check=True)
    if not place.python.exists():
        subprocess.run(["uv", "venv", "-q", "-p", "3.11", place.folder / "venv"], check=True)
        install = ["uv", "pip", "install", "-q", "--python", str(place.python)]
        subprocess.run([*install, "-r", HERE / "requirements" / f"{project.name}.txt"], check=True)
        if (place.tests_run_in / "pyproject.toml").exists():
            subprocess.run([*install, "--no-deps", "-e", place.tests_run_in], check=True)
        environment = place.environment({"PYTHON": str(place.python)})
        for command in project.prepare:
            subprocess.run(command, shell=True, check=True, cwd=place.tests_run_in, env=environment)


def plain(place: Place) -> tuple[dict[str, str], float]:
    """Run plain pytest with the project's paths; the outcome of every test, and seconds."""
    target = place.folder / "plain.json"
    target.unlink(missing_ok=True)
    paths = os.pathsep.join(filter(None, (str(HERE), place.environment().get("PYTHONPATH"))))
    begun = time.perf_counter()
    subprocess.run(
        [place.python, "-m", "pytest", "-q", "-p", "plain_outcomes", *place.paths()],
        cwd=place.tests_run_in,
        env=place.environment({"PYTHONPATH": paths, "PLAIN_OUTCOMES": str(target)}),
        stdout=(place.folder / "plain.txt").open("w"),
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    seconds = time.perf_counter() - begun
    return json.loads(target.read_text()), seconds


def audit(place: Place) -> dict[str, Any]:
    """Run `leakcheck run` with the paths and nothing else; the JSON report."""
    shutil.rmtree(place.tests_run_in / ".leakcheck", ignore_errors=True)
    report = place.folder / "audit.json"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "leakcheck", "run", "--python", str(place.python), "--json", str(report)]
    with (place.folder / "audit.txt").open("w") as output:
        subprocess.run(
            [*command, *place.paths()],
            cwd=place.tests_run_in,
            env=place.environment(),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    found: dict[str, Any] = json.loads(report.read_text())
    return found


def differences(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """Tests whose outcomes are not the same, with both.

    Ids that only one side has may be made of chance: of these the functions count, and how often they came out how.
    """
    both = [test for test in sorted(one) if test in other]
    rows = [f"{test}: {one[test]}, {other[test]}" for test in both if one[test] != other[test]]
    here, there = _by_function(one, other), _by_function(other, one)
    return rows + [
        f"{name}, {outcome}: {here[name, outcome]} times, {there[name, outcome]} times"
        for name, outcome in sorted({*here, *there})
        if here[name, outcome] != there[name, outcome]
    ]


def _by_function(one: Mapping[str, str], other: Mapping[str, str]) -> Counter[tuple[str, str]]:
    return Counter((test.partition("[")[0], outcome) for test, outcome in one.items() if test not in other)


def declared_order(report: Mapping[str, Any]) -> dict[str, str]:
    """The outcome of each test in the recorded declared order."""
    return {test["id"]: test["outcomes"]["declared"] for test in report["tests"] if "declared" in test["outcomes"]}


def dependent(report: Mapping[str, Any]) -> dict[str, str]:
    """Tests that the report calls order-dependent or self-polluting, with their verdict."""
    verdicts = ("victim", "brittle", "self-polluting")
    return {test["id"]: test["verdict"] for test in report["tests"] if test["verdict"] in verdicts}


def confirmed(place: Place, report: Mapping[str, Any]) -> dict[str, bool]:
    """Order-dependent tests, `TRIED` at most, with whether the printed command shows it in plain pytest."""
    accusing = [edge for edge in report["edges"] if edge["confirmed"] and edge["effect"] in ("breaks", "enables")]
    by_test = {edge["to"]: edge for edge in accusing}
    found = dependent(report)
    chosen = list(found)[:: max(1, -(-len(found) // TRIED))]
    return {
        test: test in by_test and _shows(place, by_test[test], alone_fails=found[test] == "brittle")
        for test in chosen
    }


def _shows(place: Place, edge: Mapping[str, Any], *, alone_fails: bool) -> bool:
    """Whether the edge's command ends as told, and the test alone ends the other way."""
    together = _fails(place, shlex.split(edge["reproduce"]))
    alone = _fails(place, ["pytest", edge["to"]])
    return (together, alone) == (not alone_fails, alone_fails)


def _fails(place: Place, command: list[str]) -> bool:
    interpreter = [str(place.python), "-m", "pytest"] if command[0] == "pytest" else [str(place.python)]
    run = subprocess.run(
        [*interpreter, *command[1:]],
        cwd=place.tests_run_in,
        env=place.environment(),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=600,
    )
    return run.returncode != 0


def changed_files(place: Place) -> list[str]:
    """What git sees changed or new in the checkout, ignored files too."""
    command = ["git", "-C", str(place.checkout), "status", "--porcelain", "--ignored"]
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    return [line for line in listed if not re.search(r"__pycache__|\.leakcheck", line)]


def trial(place: Place) -> dict[str, Any]:
    """Everything that the table tells about one project."""
    set_up(place)
    before, seconds = plain(place)
    files = changed_files(place)
    report = audit(place)
    left = sorted(set(changed_files(place)) - set(files))
    after, _ = plain(place)
    return {
        "project": place.project.name,
        "tests": len(before),
        "outcomes": dict(Counter(before.values()).most_common()),
        "plain_seconds": round(seconds, 1),
        "differences": differences(before, declared_order(report)),
        "differences_after": differences(before, after),
        "files_left": left,
        "confirmed": confirmed(place, report),
        **_reported(report),
    }


def _reported(report: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "leakcheck": report["leakcheck"],
        "audit_seconds": round(report["cost"]["audit_seconds"], 1),
        "engine": report["suite"]["engine"],
        "executions": report["cost"]["executions"],
        "neutralised": report["suite"]["neutralised"],
        "dependent": dependent(report),
        "unexplained": len(report["certificate"]["unexplained"]),
        "budget_exhausted": report["certificate"]["budget_exhausted"],
        "leaks": [_leak(leak) for leak in report["leaks"]],
        "notes": report.get("notes", []),
    }


def _leak(leak: Mapping[str, Any]) -> dict[str, Any]:
    source = next(iter(leak["sources"]), None)
    return {
        "what": f"{leak['kind']} {leak['owner']} {leak['key']}".strip(),
        "impact": leak["impact"],
        "polluters": len(leak["polluters"]),
        "line": f"{source['file']}:{source['line']}" if source else "",
    }


def report_again(place: Place) -> dict[str, Any]:
    """The stored audit as leakcheck tells it now; what plain pytest showed stays."""
    report = place.folder / "audit.json"
    command = [sys.executable, "-m", "leakcheck", "report", "--json", str(report)]
    subprocess.run(command, cwd=place.tests_run_in, stdout=subprocess.DEVNULL, check=False)
    known = json.loads((RESULTS / f"{place.project.name}.json").read_text())
    return {**known, **_reported(json.loads(report.read_text()))}


def run(projects: Iterable[Project], folder: Path, one: Callable[[Place], dict[str, Any]]) -> None:
    """Try projects one after the other, or tell again what was found, and keep each result."""
    RESULTS.mkdir(exist_ok=True)
    for project in projects:
        result = one(Place(project, folder / project.name))
        (RESULTS / f"{project.name}.json").write_text(json.dumps(result, indent=1) + "\n")
        told = {key: len(value) if isinstance(value, list | dict) else value for key, value in result.items()}
        sys.stdout.write(f"{told}\n")
        sys.stdout.flush()
