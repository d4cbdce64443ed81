"""Generated FastAPI suites with a known truth: all of it is found, and nothing that is false."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from generator import Spec, generate
from generator.spec import HELD_KINDS

Report = dict[str, Any]
Truth = dict[str, Any]


def audit(folder: Path) -> Report:
    """The JSON report of `leakcheck run` in `folder`."""
    target = folder / "report.json"
    command = [sys.executable, "-m", "leakcheck", "run", "--random", "2", "--json", str(target)]
    done = subprocess.run(
        [*command, "--", "-p", "no:randomly"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout + done.stderr
    report: Report = json.loads(target.read_text())
    return report


@pytest.fixture(scope="module", params=[5, pytest.param(1, marks=pytest.mark.slow)])
def audited(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Truth, Report]:
    folder = tmp_path_factory.mktemp(f"generated{request.param}")
    generate(folder, Spec(seed=request.param, tests=50))
    return json.loads((folder / "truth.json").read_text()), audit(folder)


def edges(report: Report, effect: str) -> dict[str, set[tuple[str, ...]]]:
    found: dict[str, set[tuple[str, ...]]] = {}
    for edge in report["edges"]:
        if edge["effect"] == effect and edge["confirmed"]:
            found.setdefault(edge["to"], set()).add(tuple(sorted(edge["from"])))
    return found


def sets(truth: dict[str, list[list[str]]]) -> dict[str, set[tuple[str, ...]]]:
    return {test: {tuple(sorted(each)) for each in each_of} for test, each_of in truth.items()}


def test_every_victim_has_all_its_minimal_polluter_sets(audited: tuple[Truth, Report]) -> None:
    truth, report = audited
    found = edges(report, "breaks")
    selves = {test: {(test,)} for test in truth["self_polluting"]}
    assert found == {**sets(truth["victims"]), **selves}


def test_every_brittle_test_has_all_its_state_setters(audited: tuple[Truth, Report]) -> None:
    truth, report = audited
    assert edges(report, "enables") == sets(truth["brittle"])


def test_verdicts_accuse_nobody_else(audited: tuple[Truth, Report]) -> None:
    truth, report = audited
    verdicts = {test["id"]: test["verdict"] for test in report["tests"] if test["verdict"] != "stable"}
    expected = dict.fromkeys(truth["victims"], "victim") | dict.fromkeys(truth["brittle"], "brittle")
    assert verdicts == expected | dict.fromkeys(truth["self_polluting"], "self-polluting")


def test_every_broken_leak_has_its_location_and_line(audited: tuple[Truth, Report]) -> None:
    truth, report = audited
    assert broken(report["leaks"]) == broken(truth["leaks"])


def broken(leaks: list[dict[str, Any]]) -> set[tuple[object, ...]]:
    """One row a location, a writing line and a polluter: the report groups by line, the truth by location."""
    rows = [(leak, source) for leak in leaks if leak["impact"] == "broken" for source in leak["sources"]]
    return {
        (leak["kind"], leak["owner"], leak["key"], leak["path"], source["file"], source["line"])
        for leak, source in rows
    }


def test_every_polluter_of_a_broken_leak_is_named(audited: tuple[Truth, Report]) -> None:
    truth, report = audited
    assert polluters(report["leaks"]) == polluters(truth["leaks"])


def polluters(leaks: list[dict[str, Any]]) -> set[tuple[object, ...]]:
    rows = [(leak, test) for leak in leaks if leak["impact"] == "broken" for test in leak["polluters"]]
    return {(leak["kind"], leak["owner"], leak["key"], test) for leak, test in rows}


def test_every_accusation_is_proven_by_the_counterfactual(audited: tuple[Truth, Report]) -> None:
    _, report = audited
    accused = [edge for edge in report["edges"] if edge["effect"] in ("breaks", "enables")]
    assert [edge["to"] for edge in accused if edge["counterfactual"] is not True or edge["leak"] is None] == []


def test_cleaners_are_the_true_ones(audited: tuple[Truth, Report]) -> None:
    truth, report = audited
    known = {(row["victim"], cleaner) for row in truth["cleaners"] for cleaner in row["cleaners"]}
    found = {(edge["to"], edge["from"][0]) for edge in report["edges"] if edge["effect"] == "cleans"}
    assert found <= known
    assert found or not known


@pytest.mark.slow
@pytest.mark.parametrize(
    "spec",
    [
        Spec(
            seed=4, tests=60, victims=9, brittle=2, silent=0, baits=4, cleaners=2,
            kinds=("module_global_rebind", "module_global_in_place", "class_attribute", "environ", "cwd",
                   "logging_level", "lru_cache"),
        ),
        Spec(
            seed=9, tests=300, files=24, victims=14, brittle=3, silent=5, baits=12, cleaners=5,
            alternative_polluters=2, conjunctions=2, chains=2, self_polluting=2,
            kinds=("app_state", "app_state_in_place", "dependency_overrides", "client_cookies", "client_headers",
                   "module_global_rebind", "module_global_in_place", "class_attribute", "environ",
                   "logging_level"),
        ),
        Spec(
            seed=21, tests=60, victims=9, brittle=2, silent=2, baits=4, cleaners=2, alternative_polluters=2,
            conjunctions=1, self_polluting=1, kinds=HELD_KINDS,
        ),
    ],
    ids=["elsewhere", "large", "held"],
)  # fmt: skip
def test_leaks_of_every_kind_are_found_and_proven(spec: Spec, tmp_path: Path) -> None:
    generate(tmp_path, spec)
    truth, report = json.loads((tmp_path / "truth.json").read_text()), audit(tmp_path)
    selves = {test: {(test,)} for test in truth["self_polluting"]}
    assert edges(report, "breaks") == {**sets(truth["victims"]), **selves}
    assert edges(report, "enables") == sets(truth["brittle"])
    accused = [edge for edge in report["edges"] if edge["effect"] in ("breaks", "enables")]
    assert [edge["to"] for edge in accused if edge["counterfactual"] is not True or edge["leak"] is None] == []
    assert report["certificate"]["unexplained"] == []
