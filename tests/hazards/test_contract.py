"""Every hazard keeps to the contract, and every code is told in the same way."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

from leakcheck import hazards
from leakcheck.hazards import Hazard, Seen, by_code, contract, is_hazard, kinds, own
from leakcheck.probes import own as own_probes
from leakcheck.records import Suite
from leakcheck.reports.wording.rules import RULES, is_about_leak, is_about_test

NAMES = sorted(info.name for info in pkgutil.iter_modules(kinds.__path__))
PAGE = Path(__file__).parents[2] / "docs" / "hazards.md"


@pytest.mark.parametrize("name", NAMES)
def test_every_module_holds_one_hazard(name: str) -> None:
    module = importlib.import_module(f"leakcheck.hazards.kinds.{name}")
    made = module.Hazard()
    assert isinstance(made, Hazard)
    assert re.fullmatch(r"LK5\d\d", made.code)
    assert (module.__doc__ or "").startswith(f"{made.code}: ")
    assert re.fullmatch(r"([A-Z][a-z]+)+", made.name)
    assert not made.short.endswith(".")
    assert made.help.endswith(".")
    assert made.fix.endswith(".")
    assert made.hears <= own_probes().kinds.keys()
    assert all(callable(patch) for patch in made.patches().values())


def test_no_two_have_one_code_or_name() -> None:
    assert len(by_code()) == len(own()) == len(NAMES)
    assert len({each.name for each in own()}) == len(NAMES)


def test_nothing_is_told_of_nothing() -> None:
    seen = Seen(Suite("/project", (), ()), ())
    assert [finding for each in own() for finding in each.found(seen)] == []


def test_each_has_its_rule_and_is_about_neither_a_leak_nor_a_test() -> None:
    for code, hazard in by_code().items():
        assert RULES[code].severity == "note"
        assert RULES[code].help == f"{hazard.help} {hazard.fix}"
        assert is_hazard(code)
        assert not is_about_leak(code)
        assert not is_about_test(code)
    assert not is_hazard("LK301")


def test_the_page_has_a_row_of_each() -> None:
    rows = re.findall(r"^\| `(LK\d+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert rows == sorted(by_code())


def test_the_contract_is_written_down() -> None:
    for each in (contract.Scene, contract.Hazard, hazards):
        assert inspect.getdoc(each)
