"""The sample suite that suffers from every classic, held to its truth, in both engines."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

import quotes
from support import SAMPLES, Audited, audit, kept, run, sample

TRUTH: dict[str, Any] = json.loads((SAMPLES / "shared_app" / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module", params=["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Audited:
    folder = sample("shared_app", kept(request.param, tmp_path_factory.mktemp(request.param)))
    return audit(folder, "tests", "--engine", request.param, "--random", "0", "--budget", "3600s")


def edges(found: Audited, effect: str) -> list[dict[str, Any]]:
    return [edge for edge in found.report["edges"] if edge["effect"] == effect]


def sources(found: Audited, effect: str) -> dict[str, set[tuple[str, ...]]]:
    """test -> the sets of tests that have this effect on it, but for itself."""
    table: dict[str, set[tuple[str, ...]]] = {}
    for edge in edges(found, effect):
        if edge["from"] != [edge["to"]]:
            assert edge["confirmed"], edge
            table.setdefault(edge["to"], set()).add(tuple(edge["from"]))
    return table


def leak_of(found: Audited, name: str) -> dict[str, Any]:
    truth = TRUTH["leaks"][name]
    place = (truth["kind"], truth["owner"], truth["key"])
    (leak,) = [each for each in found.report["leaks"] if (each["kind"], each["owner"], each["key"]) == place]
    return dict(leak)


def test_the_suite_is_order_dependent(found: Audited) -> None:
    assert (found.code, found.report["verdict"], found.report["exit_code"]) == (1, "order-dependent", 1)


def test_the_engine_is_the_one_asked_for(found: Audited, request: pytest.FixtureRequest) -> None:
    assert f"found_is_{found.report['suite']['engine']}" in ("found_is_fork", "found_is_spawn")
    assert f"[{found.report['suite']['engine']}]" in request.node.name


def test_declared_outcomes_are_those_of_plain_pytest(found: Audited, tmp_path: Path) -> None:
    folder = sample("shared_app", tmp_path)
    plain = run(folder, "pytest", "-rA", "-q", "tests")
    passed = {line.removeprefix("PASSED ") for line in plain.stdout.splitlines() if line.startswith("PASSED ")}
    assert len(passed) >= 40
    assert plain.code == 0
    assert found.outcomes("declared") == dict.fromkeys(passed, "passed")


def test_every_victim_with_all_its_polluters_and_no_other(found: Audited) -> None:
    told = {test: {tuple(each) for each in truth["polluters"]} for test, truth in TRUTH["victims"].items()}
    assert sources(found, "breaks") == told


def test_every_brittle_test_with_all_its_state_setters(found: Audited) -> None:
    told = {test: {(each,) for each in truth["state_setters"]} for test, truth in TRUTH["brittle"].items()}
    assert sources(found, "enables") == told


def test_verdicts(found: Audited) -> None:
    told = {
        **dict.fromkeys(TRUTH["victims"], "victim"),
        **dict.fromkeys(TRUTH["brittle"], "brittle"),
        **dict.fromkeys(TRUTH["self_polluting"], "self-polluting"),
    }
    assert {test: verdict for test, verdict in found.verdicts.items() if verdict != "stable"} == told


def test_cleaners(found: Audited) -> None:
    cleaners = {test for row in edges(found, "cleans") for test in row["from"]}
    assert cleaners == set(TRUTH["cleaners"])
    assert cleaners == {row["id"] for row in found.report["tests"] if "cleaner" in row["roles"]}


@pytest.mark.parametrize("name", TRUTH["leaks"])
def test_each_leak(found: Audited, name: str) -> None:
    truth, leak = TRUTH["leaks"][name], leak_of(found, name)
    assert leak["path"] == truth["path"]
    assert leak["impact"] == truth["impact"]
    assert leak["sources"] == [truth["source"]]
    assert sorted(leak["polluters"]) == sorted(truth["polluters"])


@pytest.mark.parametrize("name", TRUTH["leaks"])
def test_who_each_leak_hurts(found: Audited, name: str) -> None:
    hurt = [test for test, truth in {**TRUTH["victims"], **TRUTH["brittle"]}.items() if truth["leak"] == name]
    if name == "held_stock":
        hurt = TRUTH["self_polluting"]
    assert sorted(leak_of(found, name)["victims"]) == sorted(hurt)


def test_no_other_leak_is_told(found: Audited) -> None:
    told = {(leak["kind"], leak["owner"], leak["key"]) for leak in TRUTH["leaks"].values()}
    assert {(leak["kind"], leak["owner"], leak["key"]) for leak in found.report["leaks"]} == told
    assert len(found.report["leaks"]) == len(told)


def test_each_edge_names_the_leak_that_carries_it(found: Audited) -> None:
    for edge in edges(found, "breaks") + edges(found, "enables"):
        test = edge["to"]
        truth = {**TRUTH["victims"], **TRUTH["brittle"]}.get(test)
        name = truth["leak"] if truth else "held_stock"
        assert edge["leak"] == leak_of(found, name)["id"], edge
        assert edge["counterfactual"] is not False, edge


def test_nothing_is_left_unexplained(found: Audited) -> None:
    assert found.report["certificate"]["unexplained"] == []


def test_all_pairs_are_covered(found: Audited) -> None:
    certificate = found.report["certificate"]
    assert certificate["pairs_total"] > 0
    assert certificate["pairs_covered"] == certificate["pairs_total"]
    assert not certificate["budget_exhausted"]


def test_printed_commands_reproduce(found: Audited, tmp_path: Path) -> None:
    """One victim of each leak, in plain pytest, started by a shell from what the terminal shows."""
    folder = sample("shared_app", tmp_path)
    shown = [line.strip() for line in found.stdout.splitlines()]
    told = [each for each in edges(found, "breaks") if each["reproduce"] in shown and each["from"] != [each["to"]]]
    by_leak = {edge["leak"]: edge for edge in told}
    assert len(by_leak) == len({truth["leak"] for truth in TRUTH["victims"].values()})
    for edge in by_leak.values():
        ended = run(folder, "sh", "-c", edge["reproduce"] + " -rA")
        lines = ended.stdout.splitlines()
        assert ended.code == 1, (edge["reproduce"], ended.text)
        assert [line.split(" - ")[0] for line in lines if line.startswith("FAILED ")] == [f"FAILED {edge['to']}"]


def test_the_command_of_a_self_polluting_test_reproduces(found: Audited, tmp_path: Path) -> None:
    folder = sample("shared_app", tmp_path)
    for edge in edges(found, "breaks"):
        if edge["from"] == [edge["to"]]:
            assert run(folder, "sh", "-c", edge["reproduce"]).code == 1


def test_the_project_is_left_as_it_was(found: Audited) -> None:
    before = sorted(
        path.relative_to(SAMPLES / "shared_app").as_posix()
        for path in (SAMPLES / "shared_app").rglob("*")
        if path.is_file() and not {"__pycache__", ".leakcheck", ".pytest_cache"} & set(path.parts)
    )
    assert sorted(found.files) == before


# What the documentation shows of this suite ----------------------------------------------------------------------

PAGES = (
    "README.md",
    "docs/tutorial.md",
    "docs/reading-a-report.md",
    "docs/leak-graph.md",
    "docs/install.md",
    "docs/witness.md",
    "docs/faq.md",
)
QUOTED = [each for page in PAGES for each in quotes.shown(page) if each.mark != "after the fix"]
FIXED = "fixed: tests/conftest.py as_alice"


@pytest.fixture(scope="module")
def stored(found: Audited, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with its stored audit."""
    folder = sample("shared_app", tmp_path_factory.mktemp("stored"))
    for name, data in found.stored.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


@pytest.mark.parametrize("quoted", QUOTED, ids=lambda each: f"{each.page}: {each.command}")
def test_quoted_commands_print_what_is_quoted(found: Audited, stored: Path, quoted: quotes.Shown) -> None:
    if quoted.command.startswith("leakcheck run"):
        output = found.stdout
    else:
        ended = run(stored, "sh", "-c", quoted.command)
        output = re.sub(r" in [\d.]+s", "", ended.text)
        assert "leakcheck: " not in ended.stderr
    assert quotes.missing(quoted.lines, output) == []


def test_the_tutorial_fixes_what_it_says(tmp_path: Path) -> None:
    folder = fixed(tmp_path)
    after = [each for each in quotes.shown("docs/tutorial.md") if each.mark == "after the fix"]
    assert len(after) == 2
    for each in after:
        output = re.sub(r" in [\d.]+s", "", run(folder, "sh", "-c", each.command).text)
        assert quotes.missing(each.lines, output) == []


@pytest.mark.slow
def test_the_fixed_leak_is_gone_from_the_report(found: Audited, tmp_path: Path) -> None:
    after = audit(fixed(tmp_path), "tests", "--random", "0", "--budget", "3600s")
    assert not after.leaks("dependency_overrides")
    hurt = {row["id"] for row in found.report["tests"] if row["verdict"] == "victim"}
    still = {row["id"] for row in after.report["tests"] if row["verdict"] == "victim"}
    freed = found.report["fixes"][0]["frees"]
    assert hurt - still == set(freed)
    assert len(freed) == 5


def fixed(folder: Path) -> Path:
    """The project after the tutorial's fix."""
    project = sample("shared_app", folder)
    conftest = project / "tests" / "conftest.py"
    before, mark, _ = conftest.read_text("utf-8").partition("@pytest.fixture\ndef as_alice()")
    assert mark
    conftest.write_text(before + quotes.marked("docs/tutorial.md", FIXED), "utf-8")
    return project
