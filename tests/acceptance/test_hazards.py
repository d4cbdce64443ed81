"""A suite that is green in every order: each of its mistakes is told at its line, and nothing beside it."""

from __future__ import annotations

import json

import pytest

from support import SAMPLES, Audited, audit, sample

TRUTH = json.loads((SAMPLES / "hazards" / "truth.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    return audit(sample("hazards", tmp_path_factory.mktemp("hazards")), "--random", "0", "--", "-p", "anyio")


def told(found: Audited) -> dict[str, list[list[object]]]:
    lines: dict[str, list[list[object]]] = {}
    for each in found.report["findings"]:
        lines.setdefault(each["code"], []).append([each["file"], each["line"]])
    return {code: places for code, places in lines.items() if code.startswith("LK5")}


def test_every_test_is_green_in_every_order(found: Audited) -> None:
    assert set(found.verdicts.values()) == {"stable"}
    assert found.code == 0, "they are notes"


def test_the_truth_is_told_and_nothing_else(found: Audited) -> None:
    assert told(found) == TRUTH


def test_each_has_a_sentence_and_a_way_out(found: Audited) -> None:
    for each in found.report["findings"]:
        if each["code"].startswith("LK5"):
            assert each["why"].endswith(".")
            assert each["fix"].endswith(".")
            assert f"{each['file']}:{each['line']}" in found.text
