"""`leakcheck replay`: a run with workers has failed, and why is shown by the real command."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from support import Ended, Project, leakcheck, run

XDIST = ("-p", "xdist", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "-p", "no:cacheprovider")
GUARD = ("-p", "leakcheck.pytest_plugin", "--leakcheck-guard=warn")
SHOP = Project(
    {
        "shop.py": "orders = {}\nprices = {}\n",
        "test_a.py": """
            import shop

            def test_create():
                shop.orders[1] = "mug"

            def test_nothing():
                pass
        """,
        "test_b.py": """
            import shop

            def test_prices():
                shop.prices["mug"] = 3

            class TestOrders:
                def test_ship(self):
                    assert shop.orders[1] == "mug"

                def test_free(self):
                    assert "mug" not in shop.prices
        """,
    }
)


def replayed(folder: Path, *arguments: str) -> tuple[Ended, Mapping[str, Any]]:
    ended = leakcheck(folder, "replay", "--lanes", "2", "--json", "report.json", *arguments)
    report = folder / "report.json"
    return ended, json.loads(report.read_text("utf-8")) if report.exists() else {}


def edges(report: Mapping[str, Any]) -> dict[str, tuple[str, list[str], bool]]:
    found = (edge for edge in report["edges"] if edge["effect"] in ("breaks", "enables"))
    return {edge["to"]: (edge["effect"], edge["from"], edge["confirmed"]) for edge in found}


def test_what_the_guard_kept_of_a_run_with_workers_is_explained() -> None:
    with SHOP.folder() as folder:
        failed = run(folder, sys.executable, "-m", "pytest", *XDIST, *GUARD)
        assert failed.code == 1
        (kept,) = (folder / ".leakcheck" / "runs").iterdir()
        worker, _, test = (kept / "failed.txt").read_text("utf-8").splitlines()[0].partition("\t")
        assert test == "test_b.py::TestOrders::test_ship"
        ended, report = replayed(folder)
        assert edges(report) == {
            "test_b.py::TestOrders::test_ship": ("enables", ["test_a.py::test_create"], True),
            "test_b.py::TestOrders::test_free": ("breaks", ["test_b.py::test_prices"], True),
        }
        assert ended.code == 1
        assert "pytest test_b.py::test_prices test_b.py::TestOrders::test_free" in ended.stdout
        assert "run again in that sequence, it fails again" in ended.stderr
        assert [each["name"] for each in report["orders"]] == ["declared", f"{worker}, replayed", "isolated"]
        assert report["orders"][1]["kind"] == "worker"

        ended, report = replayed(folder, "--test", "test_ship")
        assert list(edges(report)) == ["test_b.py::TestOrders::test_ship"]

        again = leakcheck(folder, "report")
        assert "test_ship" in again.stdout
        assert "It asked only why tests had failed in a run that is over" in " ".join(again.stdout.split())
        refused = leakcheck(folder, "run", "--resume")
        assert "there is no unfinished audit" in refused.stderr


def test_a_sequence_that_passes_is_said_to_pass() -> None:
    with SHOP.folder() as folder:
        log = folder / "junit.xml"
        case = '<testcase classname="test_a" name="test_nothing"><failure message="x"/></testcase>'
        log.write_text(f"<testsuite>{case}</testsuite>", "utf-8")
        ended, report = replayed(folder, "--log", str(log))
        assert ended.code == 0
        assert "it passed in all of 5 executions" in ended.stderr
        assert "the file names no workers" in ended.stderr
        assert edges(report) == {}


def test_a_file_that_another_worker_left_is_met_and_proven() -> None:
    project = Project(
        {
            "test_a.py": """
                from pathlib import Path

                def test_writes():
                    Path("left.txt").write_text("x")
            """,
            "test_b.py": """
                from pathlib import Path

                def test_other():
                    pass

                def test_reads():
                    assert not Path("left.txt").exists()
            """,
        }
    )
    line = {"$report_type": "TestReport", "when": "call"}
    ran = [("gw0", "test_a.py::test_writes", "passed"), ("gw1", "test_b.py::test_other", "passed")]
    ran.append(("gw1", "test_b.py::test_reads", "failed"))
    lines = [json.dumps({**line, "worker_id": gw, "nodeid": test, "outcome": outcome}) for gw, test, outcome in ran]
    with project.folder() as folder:
        (folder / "log.jsonl").write_text("\n".join(lines), "utf-8")
        _, report = replayed(folder, "--log", "log.jsonl")
        assert edges(report)["test_b.py::test_reads"][:2] == ("breaks", ["test_a.py::test_writes"])
        assert not (folder / "left.txt").exists()


def test_what_cannot_be_replayed_is_said_in_one_sentence() -> None:
    with SHOP.folder() as folder:
        for arguments, told in (
            ((), "the guard has kept no run"),
            (("--log", "nowhere"), "no such log: nowhere"),
            (("--log", "shop.py"), "shop.py is no log of a run"),
        ):
            ended, _ = replayed(folder, *arguments)
            assert ended.code == 4
            assert ended.stderr.startswith(f"leakcheck: {told}")
        line = {
            "$report_type": "TestReport",
            "worker_id": "gw0",
            "nodeid": "test_b.py::test_gone",
            "outcome": "failed",
        }
        (folder / "log.jsonl").write_text(json.dumps(line), "utf-8")
        ended, _ = replayed(folder, "--log", "log.jsonl")
        assert ended.code == 4
        assert "the suite has no test test_b.py::test_gone, which failed in that run" in ended.stderr
        ended, _ = replayed(folder, "--log", "log.jsonl", "--test", "test_shp")
        assert "no test test_shp in that run" in ended.stderr
