"""Who has no name for a value in the code that it runs is not asked about it, and nobody is missed by that."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from generator import Spec, generate
from leakcheck.analysis.facts.names_of import places_of
from leakcheck.engine import Engine, Launch, Limits
from leakcheck.records import Alone, Execution, Location, Names, Order, Pair, Row
from leakcheck.records.name_sets import NameSet
from leakcheck.store import AuditFolder, read_audit
from support import Project, audit

PAINT = Project(
    {
        "shop.py": "RED = GREEN = BLUE = WHITE = BLACK = 0\n",
        "test_makers.py": """
            import pytest
            import shop

            @pytest.mark.parametrize("shade", [1, 2, 3, 4])
            def test_paint(shade):
                shop.RED, shop.GREEN, shop.BLUE, shop.WHITE, shop.BLACK = (shade,) * 5
        """,
        "test_readers.py": """
            import sys
            import pytest
            import shop

            def test_looks_at_blue():
                assert shop.BLUE != 2

            @pytest.mark.parametrize("number", range(12))
            def test_counts(number):
                assert sys.getprofile() is None or number >= 0
        """,
    }
)


Painted = tuple[dict[str, str], Mapping[str, tuple[Execution, ...]], str]


def executions(folder: Path) -> tuple[Execution, ...]:
    (made,) = folder.glob(".leakcheck/*/audit.jsonl")
    return read_audit(AuditFolder(made.parent)).executions


@pytest.fixture(scope="module")
def painted() -> Iterator[Painted]:
    """The verdicts, the executions by what they ask, and what was printed."""
    with PAINT.folder() as folder:
        done = audit(folder, "--random", "0")
        found = executions(folder)
        kinds = {kind.__name__: kind for kind in (Names, Alone, Row, Pair)}
        asked = {
            name: tuple(e for e in found if isinstance(e.order.question, kind)) for name, kind in kinds.items()
        }
        yield done.verdicts, asked, " ".join(done.stdout.split())


def test_who_reads_meets_the_one_value_that_hurts(painted: Painted) -> None:
    verdicts, _, _ = painted
    assert {test for test, verdict in verdicts.items() if verdict == "victim"} == {
        "test_readers.py::test_looks_at_blue"
    }


def test_who_reads_nothing_of_it_meets_nothing(painted: Painted) -> None:
    _, asked, _ = painted
    behind = {test for each in asked["Pair"] for test in each.order.tests[1:]}
    assert "test_readers.py::test_looks_at_blue" in behind
    assert not {test for test in behind if "test_counts" in test}


def test_the_report_tells_what_was_left_out(painted: Painted) -> None:
    assert " pairs of a value in a module and a test without a name for it were not run" in painted[2]


def test_an_execution_that_listens_tells_names_and_nothing_else(painted: Painted) -> None:
    _, asked, _ = painted
    alone = {test for each in (*asked["Alone"], *asked["Row"]) for test in each.order.tests}
    assert {each.order.tests[0] for each in asked["Names"]} == alone
    assert [each.id for each in asked["Names"] if not each.names or each.runs] == []


def test_the_profile_thorough_asks_everybody() -> None:
    with PAINT.folder() as folder:
        audit(folder, "--profile", "thorough", "--random", "0", "--budget", "10")
        asked = [each.order for each in executions(folder)]
    assert not any(isinstance(each.question, Names) for each in asked)
    behind = {test for each in asked if isinstance(each.question, Pair) for test in each.tests[1:]}
    assert len({test for test in behind if "test_counts" in test}) == 12


GLOBALS = Spec(
    seed=7, tests=40, files=6, victims=8, brittle=2, silent=4, baits=4, cleaners=2, self_polluting=1,
    kinds=("module_global_rebind", "module_global_in_place", "class_attribute"),
)  # fmt: skip


def place_of(leak: Mapping[str, Any]) -> Location:
    module, _, holder = leak["owner"].partition(":")
    key = ".".join(filter(None, (holder, leak["key"])))
    return Location("module_globals", module, key + (leak["path"] or ""))


@pytest.mark.parametrize("seed", [7, pytest.param(8, marks=pytest.mark.slow)])
def test_every_reader_of_a_generated_suite_has_a_name_for_what_it_reads(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generate(tmp_path / "suite", Spec(**{**vars(GLOBALS), "seed": seed}))
    monkeypatch.chdir(tmp_path / "suite")
    sets = {each.order.tests[0]: NameSet(each.names) for each in listened(tmp_path)}
    truth = json.loads((tmp_path / "suite" / "truth.json").read_text())
    told = [(reader, place_of(leak)) for leak in truth["leaks"] for reader in leak["readers"]]
    assert len(told) > 20
    assert [pair for pair in told if not may_read(sets[pair[0]], pair[1])] == []
    every = [(test, place_of(leak)) for leak in truth["leaks"] for test in sets]
    assert sum(may_read(sets[test], place) for test, place in every) < len(every) // 2


def may_read(names: NameSet, location: Location) -> bool:
    places = places_of(location)
    return places is None or names.may_hold(places)


def listened(folder: Path) -> list[Execution]:
    """Every test of the project in the working folder, asked for the names that it runs."""
    made = AuditFolder.create(folder / "audits")
    made.begin("audit")
    (folder / "scratch").mkdir()
    launch = Launch(sys.executable, ("-p", "no:randomly"), made, str(folder / "scratch"), "salt")
    engine = Engine(launch, Limits(), 2, may_fork=True)
    try:
        engine.open_suite()
        found = engine.suite()
        assert found is not None
        tests = found.suite.tests
        return list(engine.run([Order(Names(), (test.id,), collect=(test.file,)) for test in tests]))
    finally:
        engine.stop()
