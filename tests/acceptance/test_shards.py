"""Shards by the real command: what they find together is what one audit finds, and what is missing is named."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support import TWO_LANES, Ended, Project, environment, leakcheck

SUITE = Project(
    {
        "shop.py": """
            import os

            CACHE = {}
            LOG = []
        """,
        "tests/test_a.py": """
            import shop

            def test_fills_the_cache():
                shop.CACHE["price"] = 3

            def test_quiet():
                pass

            class TestReaders:
                def test_counts(self):
                    assert len(shop.LOG) < 2
        """,
        "tests/test_b.py": """
            import os

            import pytest
            import shop

            @pytest.mark.parametrize("number", range(4))
            def test_plain(number):
                assert number >= 0

            def test_expects_an_empty_cache():
                assert "price" not in shop.CACHE

            def test_sets_a_variable():
                os.environ["SHOP_MODE"] = "test"
        """,
        "tests/test_c.py": """
            import os

            import shop

            async def helper():
                pass

            def test_expects_no_mode():
                assert "SHOP_MODE" not in os.environ

            def test_logs():
                shop.LOG.append(1)

            def test_puts_back():
                shop.LOG.append(1)
                shop.LOG.pop()
        """,
        "tests/test_d.py": """
            import os
            import time

            import pytest

            @pytest.mark.parametrize("number", range(6))
            def test_slow(number):
                time.sleep(float(os.environ.get("SLOW", "0")))
        """,
    }
)
SHARDS = 3


@dataclass(frozen=True)
class Sharded:
    """A project whose parts are there, and what one audit of it says."""

    folder: Path
    whole: Mapping[str, Any]

    def merge(self, *arguments: str) -> tuple[Ended, Mapping[str, Any]]:
        target = self.folder / "merged.json"
        target.unlink(missing_ok=True)
        ended = leakcheck(self.folder, "merge", *arguments, *TWO_LANES, "--json", str(target))
        return ended, json.loads(target.read_text("utf-8")) if target.exists() else {}


def shard(number: int) -> tuple[str, ...]:
    return ("run", *TWO_LANES, "--shard", f"{number}/{SHARDS}", "--out", f"part{number}.leakcheck", "tests")


@pytest.fixture(scope="module")
def sharded() -> Iterator[Sharded]:
    with SUITE.folder() as folder:
        assert leakcheck(folder, "run", *TWO_LANES, "--json", "whole.json", "tests").code == 1
        for number in range(1, SHARDS + 1):
            ended = leakcheck(folder, *shard(number), "--fail-on", "never")
            assert ended.code == 0, ended.text
            assert f"This is shard {number} of {SHARDS}" in " ".join(ended.stdout.split())
        yield Sharded(folder, json.loads((folder / "whole.json").read_text("utf-8")))


PARTS = [f"part{number}.leakcheck" for number in range(1, SHARDS + 1)]


def told(report: Mapping[str, Any]) -> set[tuple[object, ...]]:
    """The findings, by code, what is leaked, by which line, and whom it is about."""
    leaks = {leak["id"]: leak for leak in report["leaks"]}
    return {
        (
            each["code"],
            *((leaks[each["leak"]]["kind"], leaks[each["leak"]]["key"]) if each["leak"] else ()),
            each["file"],
            each["line"],
            tuple(each["tests"]),
        )
        for each in report["findings"]
    }


def verdicts(report: Mapping[str, Any]) -> dict[str, str]:
    return {each["id"]: each["verdict"] for each in report["tests"]}


def test_the_merged_audit_finds_what_one_audit_finds(sharded: Sharded) -> None:
    ended, report = sharded.merge(*PARTS)
    assert ended.code == 1, ended.text
    assert told(report) == told(sharded.whole)
    assert verdicts(report) == verdicts(sharded.whole)
    assert report["certificate"]["limits"] == []
    assert report["certificate"]["pairs_covered"] == report["certificate"]["pairs_total"]
    listed = leakcheck(sharded.folder, "audits").stdout.splitlines()
    assert "order-dependent" in listed[1]


def test_without_running_it_says_what_is_open(sharded: Sharded) -> None:
    ended, report = sharded.merge(*PARTS, "--no-run")
    assert ended.code in (0, 1), ended.text
    assert report["certificate"]["limits"] == ["What only all shards together can ask was not asked (--no-run)."]
    assert {each for each in told(report) if each[0] == "LK101"} <= told(sharded.whole)


def test_a_missing_and_a_damaged_shard_are_named_holes(sharded: Sharded, tmp_path: Path) -> None:
    broken = tmp_path / "part3.leakcheck"
    broken.write_bytes((sharded.folder / PARTS[2]).read_bytes()[:2_000])
    ended, report = sharded.merge(PARTS[0], str(broken), "--no-run", "--fail-on", "never")
    assert ended.code == 0, ended.text
    missing, damaged, _ = report["certificate"]["limits"]
    assert missing.startswith("Shards 2, 3 of 3 are missing: ")
    assert damaged == f"{broken} is damaged: it is no whole archive."
    with_part = json.loads(_manifest(sharded.folder / PARTS[0]))["share"]
    assert {test for test, verdict in verdicts(report).items() if verdict == "stable"} < set(with_part)
    assert {verdict for test, verdict in verdicts(report).items() if test not in with_part} <= {"unknown", "victim"}


def _manifest(part: Path) -> str:
    with zipfile.ZipFile(part) as archive:
        return archive.read("manifest.json").decode()


def test_a_part_is_readable_and_names_no_place(sharded: Sharded, tmp_path: Path) -> None:
    ended = leakcheck(tmp_path, "report", str(sharded.folder / PARTS[0]), "--fail-on", "never", "--json", "-")
    assert ended.code == 0, ended.text
    assert json.loads(ended.stdout)["certificate"]["limits"][0].startswith("This is shard 1 of 3")
    assert str(sharded.folder) not in ended.stdout
    assert not (tmp_path / ".leakcheck").exists()


def test_parts_of_other_sources_are_refused(sharded: Sharded) -> None:
    with SUITE.with_files({"shop.py": "CACHE = {}\nLOG = []\n"}).folder() as other:
        ended = leakcheck(other, *shard(2), "--random", "0", "--fail-on", "never")
        assert ended.code == 0, ended.text
        ended, _ = sharded.merge(PARTS[0], str(other / PARTS[1]))
        assert ended.code == 4
        assert "  shop.py has changed\n" in ended.stderr
        assert "  the option random was 3 for one and 0 for the other\n" in ended.stderr
        ended = leakcheck(other, "merge", *(str(sharded.folder / part) for part in PARTS))
        assert ended.code == 4
        assert "these are not the sources of the shards" in ended.stderr
        assert "add --no-run" in ended.stderr


def test_the_same_shard_twice_is_refused(sharded: Sharded) -> None:
    (sharded.folder / "again.leakcheck").write_bytes((sharded.folder / PARTS[0]).read_bytes())
    ended, _ = sharded.merge(PARTS[0], "again.leakcheck")
    assert ended.code == 4
    assert "part1.leakcheck and again.leakcheck are both shard 1 of 3" in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_a_shard_that_is_ended_in_the_middle_is_a_hole(sharded: Sharded, number: signal.Signals) -> None:
    """Killed, it leaves no part; interrupted, one with what it has executed."""
    with SUITE.folder() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "leakcheck", *shard(2)],
            cwd=folder,
            env={**environment(), "SLOW": "2"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + 60
        while time.monotonic() < until and not list(folder.glob(".leakcheck/*/e*.jsonl")):
            time.sleep(0.05)
        process.send_signal(number)
        assert process.wait(60) in (2, -signal.SIGKILL)
        part = folder / PARTS[1]
        assert part.exists() is (number == signal.SIGINT)
        ended, report = sharded.merge(PARTS[0], str(part), PARTS[2], "--no-run", "--fail-on", "never")
    assert ended.code == 0, ended.text
    how = "is missing: " if number == signal.SIGKILL else "was not finished: "
    assert report["certificate"]["limits"][0].startswith(f"Shard 2 of 3 {how}")
    assert "unknown" in verdicts(report).values()


def test_a_part_holds_no_secret(sharded: Sharded) -> None:
    ended = leakcheck(sharded.folder, "run", "--shard", "1/2", "--out", "part.leakcheck", "--show-values", "tests")
    assert ended.code == 4
    assert "--show-values stores secrets in the clear" in ended.stderr
