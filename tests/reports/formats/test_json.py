from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.records import Cost, Result
from leakcheck.reports.formats.json import Report
from leakcheck.reports.schema.schema import schema
from leakcheck.reports.wording.local_paths import Local
from reports import samples

DESIGN = {
    "": "schema_version leakcheck suite cost orders tests leaks edges findings certificate verdict exit_code",
    "suite": "rootdir args tests python pytest engine lanes",
    "cost": "plain_seconds audit_seconds executions test_executions processes forks plain_cpu_seconds "
    "audit_cpu_seconds",
    "orders": "name kind seed outcomes reproduce",
    "tests": "id verdict roles outcomes",
    "leaks": "id kind owner key impact polluters victims readers sources before after path",
    "edges": "from to effect leak witness confirmed counterfactual reproduce",
    "findings": "code severity title file line tests leak fix",
    "certificate": "pairs_total pairs_covered unexplained kinds budget_exhausted budget covered_by",
}


def rendered(result: Result) -> dict[str, Any]:
    loaded = json.loads(Report().render(result))
    assert isinstance(loaded, dict)
    return loaded


@pytest.mark.parametrize(
    "result",
    [samples.shop(), samples.troubled(), samples.hostile(), samples.result()],
    ids=["shop", "troubled", "hostile", "empty"],
)
def test_reports_are_valid(result: Result) -> None:
    jsonschema.validate(rendered(result), schema(), cls=jsonschema.Draft202012Validator)


@pytest.mark.parametrize("part", DESIGN)
def test_the_keys_of_the_design_come_first_and_in_its_order(part: str) -> None:
    report = rendered(samples.shop())
    found = report[part] if part else report
    first = found[0] if isinstance(found, list) else found
    assert " ".join(first).startswith(DESIGN[part])


def test_one_leak_whole() -> None:
    assert rendered(samples.shop())["leaks"][3] == {
        "id": "L4",
        "kind": "app_state",
        "owner": "shop.main:app",
        "key": "cache",
        "impact": "broken",
        "polluters": ["tests/test_promotions.py::test_flash_sale_price"],
        "victims": ["tests/test_catalogue.py::test_product_has_its_price"],
        "readers": [],
        "sources": [
            {
                "file": "tests/test_promotions.py",
                "line": 14,
                "function": "test_flash_sale_price",
                "fixture": None,
                "scope": None,
                "phase": "call",
            }
        ],
        "before": "1200",
        "after": "900",
        "path": '["prices"]["mug"]',
        "paths": [{"path": '["prices"]["mug"]', "before": "1200", "after": "900"}],
        "reach": "suite",
        "internal": False,
        "also": [],
    }


def test_the_place_of_the_project_on_the_machine_is_not_told() -> None:
    shop = samples.shop()
    text = Report().render(
        replace(
            shop,
            suite=replace(shop.suite, args=("/project/tests", "--rootdir=/project", "-q")),
            tests=(replace(shop.tests[0], crash="OSError at /project/tests/test_a.py:3"),),
            leaks=(replace(shop.leaks[0], after="'/project/data'"),),
            notes=("/project is read only, /projects is not, see /srv/project/x and /project.",),
        )
    )
    report = json.loads(text)
    assert report["suite"]["rootdir"] == "."
    assert report["suite"]["args"] == ["tests", "--rootdir=.", "-q"]
    assert report["tests"][0]["crash"] == "OSError at tests/test_a.py:3"
    assert report["leaks"][0]["after"] == "'data'"
    assert report["notes"] == [". is read only, /projects is not, see /srv/project/x and .."]


@pytest.mark.parametrize("rootdir", ["", "/", "."])
def test_a_rootdir_that_tells_nothing_changes_nothing(rootdir: str) -> None:
    assert Local(rootdir)("/a/b ./c") == "/a/b ./c"


def test_numbers_are_numbers() -> None:
    found = replace(samples.result(), cost=Cost(math.nan, math.inf, 1, 2, 3, 4))
    assert "NaN" not in Report().render(found)
    jsonschema.validate(rendered(found), schema())


def test_text_is_kept_readable() -> None:
    found = samples.result((samples.verdict("tests/test_ä.py::test_漢"),))
    assert "tests/test_ä.py::test_漢" in Report().render(found)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_ids_come_back_whatever_is_in_them(name: str) -> None:
    text = Report().render(samples.result((samples.verdict(name),)))
    assert json.loads(text)["tests"][0]["id"] == name
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)
