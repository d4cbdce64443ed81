"""The cure: an audit of the application factory finds nothing."""

from __future__ import annotations

import pytest

from support import Audited, audit, sample


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    folder = sample("app_factory", tmp_path_factory.mktemp("cure"))
    return audit(folder, "tests", "--random", "0", "--", "-p", "anyio")


def test_clean(found: Audited) -> None:
    assert (found.code, found.report["verdict"]) == (0, "clean"), found.text
    assert found.report["findings"] == []
    assert found.report["leaks"] == []
    assert found.report["edges"] == []


def test_every_test_passes_in_every_order(found: Audited) -> None:
    assert set(found.verdicts.values()) == {"stable"}
    assert {outcome for row in found.report["tests"] for outcome in row["outcomes"].values()} == {"passed"}
    assert {row["name"] for row in found.report["orders"]} == {"declared", "reversed", "isolated"}
    assert len(found.verdicts) >= 40


def test_it_costs_its_orders_and_a_row_of_each_file_and_nothing_more(found: Audited) -> None:
    cost, tests = found.report["cost"], len(found.verdicts)
    files = {test.partition("::")[0] for test in found.verdicts}
    rows = cost["executions"] - len(["control", "declared", "reversed"])
    assert len(files) <= rows < tests  # none of them leaves anything; on a busy machine more is shared out
    assert 4 * tests <= cost["test_executions"] < 4.5 * tests  # who ends a row runs once more, by itself
    assert cost["processes"] == len(["control", "root"])


def test_nothing_is_left_to_explain(found: Audited) -> None:
    certificate = found.report["certificate"]
    assert certificate["unexplained"] == []
    assert certificate["pairs_covered"] == certificate["pairs_total"]


def test_no_file_is_left_behind(found: Audited) -> None:
    assert not [name for name in found.files if not name.startswith(("src/", "tests/")) and "/" in name]
