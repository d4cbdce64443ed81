"""`leakcheck order`: a suite that fails under -n is green with its plan, by the real commands."""

from __future__ import annotations

import sys
from pathlib import Path

from support import Ended, Project, audit, leakcheck, run

QUIET = ("-p", "no:cacheprovider", "-q")
PLAN = ("-p", "leakcheck_order")
XDIST = ("-p", "xdist", "-n", "2")
SHOP = Project(
    {
        "shop.py": "orders = {}\nprices = {}\n",
        "test_a.py": """
            import shop

            def test_prices():
                shop.prices["mug"] = 3

            def test_create():
                shop.orders[1] = "mug"
        """,
        "test_b.py": """
            import shop

            class TestOrders:
                def test_ship(self):
                    assert shop.orders[1] == "mug"

                def test_free(self):
                    assert "mug" not in shop.prices

            def test_always_fails():
                assert False
        """,
        "test_c.py": """
            import pytest
            import shop

            @pytest.mark.xdist_group("mine")
            @pytest.mark.parametrize("name", ["mug", "a::b", "c@d"])
            def test_no_prices(name):
                assert not shop.prices
        """,
    }
)
FAKE_SPLIT = """
def pytest_addoption(parser):
    parser.addoption("--splits", type=int)
    parser.addoption("--group", type=int)
"""


def pytest(folder: Path, *arguments: str) -> Ended:
    return run(folder, sys.executable, "-m", "pytest", *QUIET, *arguments)


def test_the_plan_is_green_where_workers_were_not() -> None:
    with SHOP.folder() as folder:
        assert audit(folder, "--", "-p", "xdist").code == 1
        before = {path.name for path in folder.iterdir()}
        ended = leakcheck(folder, "order", "-n", "2")
        assert ended.code == 0, ended.text
        text = " ".join(ended.stdout.split())
        assert text.startswith("✓ 8 tests in 2 shares of ")
        assert "Run: 7 passed, 1 failed" in text
        assert "failed, as they do in any order or by chance test_b.py::test_always_fails" in text
        assert "python -m pytest -p leakcheck_order -n 2" in text
        assert {path.name for path in folder.iterdir()} - before == {"leakcheck_order.py"}
        for more in ((), ("--dist", "loadgroup"), ("--dist", "loadfile")):
            planned = pytest(folder, *XDIST, *PLAN, *more)
            assert "1 failed, 7 passed" in planned.stdout, planned.text
        other = pytest(folder, "-p", "xdist", "-n", "3", *PLAN)
        assert other.code == 4
        assert "this plan is for 2, not for 3" in other.stderr
        assert "5 failed" in pytest(folder, *PLAN).stdout  # without workers the plan says nothing


def test_shards_have_a_plan_too() -> None:
    project = SHOP.with_files({"faux_split.py": FAKE_SPLIT})
    with project.folder() as folder:
        audit(folder)
        refused = leakcheck(folder, "order", "-n", "2", "--plan", "split")
        assert refused.code == 4
        assert "the environment of the tests has no pytest-split" in refused.stderr
        ended = leakcheck(folder, "order", "-n", "2", "--plan", "split", "--no-run", "--out", "plans/shards.py")
        assert ended.code == 0, ended.text
        assert "python -m pytest -p plans.shards --splits 2 --group 1" in ended.stdout
        shards = ("-p", "faux_split", "-p", "plans.shards", "--splits", "2", "--group")
        first, second = (pytest(folder, *shards, number) for number in ("1", "2"))
        assert [ended.stdout.count(" failed") for ended in (first, second)].count(1) == 1
        assert "test_always_fails" in first.stdout + second.stdout


def test_what_cannot_be_planned_is_said() -> None:
    with SHOP.folder() as folder:
        ended = leakcheck(folder, "order", "-n", "2")
        assert ended.code == 4
        assert ended.stderr.startswith("leakcheck: ")
        audit(folder)
        assert "no pytest-xdist" in leakcheck(folder, "order", "-n", "2").stderr
        (folder / "log.xml").write_text(
            '<testsuite><testcase classname="test_a" name="test_prices"><failure/></testcase></testsuite>', "utf-8"
        )
        leakcheck(folder, "replay", "--log", "log.xml")
        assert "replayed a run" in leakcheck(folder, "order", "-n", "2").stderr
        assert leakcheck(folder, "order", "-n", "0").code == 4
