"""Small suites after public reports: roles, polluters, locations and lines are told as their truth has them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from support import audit

SUITES = Path(__file__).parents[2] / "sample_projects" / "reported"
Told = Mapping[str, Any]

NOT_YET = {
    "unraisable_other": "of garbage no line is known",
}
"""What is told otherwise than its truth, in one of the tests at least."""

pytestmark = pytest.mark.slow


def _suites() -> list[Any]:
    """Their names; those that are told otherwise are expected to fail."""
    names = sorted(each.parent.name for each in SUITES.glob("*/truth.json"))
    marks = {name: pytest.mark.xfail(reason=why, strict=False) for name, why in NOT_YET.items()}
    return [pytest.param(name, marks=marks[name]) if name in marks else name for name in names]


@pytest.fixture(scope="module", params=_suites())
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Told, Told]:
    """The truth, and the report."""
    folder = tmp_path_factory.mktemp(request.param) / request.param
    shutil.copytree(SUITES / request.param, folder)
    truth = json.loads((folder / "truth.json").read_text("utf-8"))
    plugins = [] if "asyncio_mode" in (folder / "pytest.ini").read_text("utf-8") else ["-p", "no:asyncio"]
    return truth, audit(folder, "tests", "--", "-p", "no:randomly", *plugins, plugins=True).report


def test_victims_have_all_their_polluters(told: tuple[Told, Told]) -> None:
    truth, report = told
    for role, effect in (("victims", "breaks"), ("brittle", "enables")):
        found: dict[str, set[frozenset[str]]] = {}
        for edge in report["edges"]:
            if edge["effect"] == effect and edge["confirmed"] and edge["from"] != [edge["to"]]:
                found.setdefault(edge["to"], set()).add(frozenset(edge["from"]))
        wanted = {test: {frozenset(each) for each in sets if each != [test]} for test, sets in truth[role].items()}
        assert found == wanted


def test_others_are_what_they_are(told: tuple[Told, Told]) -> None:
    truth, report = told
    verdicts = {each["id"]: each["verdict"] for each in report["tests"]}
    stable = list(verdicts) if truth["stable"] == "all" else truth["stable"]
    assert {test: verdicts[test] for test in stable} == dict.fromkeys(stable, "stable")
    flaky = truth.get("flaky", [])
    assert {test: verdicts[test] for test in flaky} == dict.fromkeys(flaky, "flaky")


def test_leaks_have_their_location_line_and_polluters(told: tuple[Told, Told]) -> None:
    truth, report = told
    for wanted in truth["leaks"]:
        same = [
            leak
            for leak in report["leaks"]
            if leak["kind"] == wanted["kind"]
            and wanted["key"] in leak["key"]
            and wanted["source"] in [f"{source['file']}:{source['line']}" for source in leak["sources"]]
        ]
        assert [leak for leak in same if {*wanted["polluters"]} <= {*leak["polluters"]}], wanted
    assert len(report["leaks"]) <= truth.get("max_leaks", len(report["leaks"]))


def test_nothing_is_left_unexplained(told: tuple[Told, Told]) -> None:
    _, report = told
    assert report["certificate"]["unexplained"] == []
