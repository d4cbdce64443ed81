"""What recording costs a suite that talks to a database: `python benchmarks/statements.py`.

Not a test: pytest does not collect this file. A suite of tests with 20 statements each, on a file of SQLite by
SQLAlchemy, runs plain, and audited: in the declared order, and in the reversed one, where tables are compared after
every test, as a test leaves a row. CPU seconds are user and system time; of a plain run those of its collection are
taken off, which an audit does once for all.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from guarding import cpu

SUITE = """
import pytest
from sqlalchemy import create_engine, text

engine = create_engine("sqlite:///mugs.db")


@pytest.fixture(scope="session", autouse=True)
def tables():
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS mugs"))
        connection.execute(text("CREATE TABLE mugs (id INTEGER PRIMARY KEY, name TEXT)"))
    yield
    engine.dispose()


@pytest.mark.parametrize("number", range({tests}))
def test_mugs(number):
    with engine.connect() as connection:
        for each in range(10):
            connection.execute(text("INSERT INTO mugs (name) VALUES (:name)"), {{"name": f"mug {{each}}"}})
            assert connection.execute(text("SELECT count(*) FROM mugs WHERE id > 0")).scalar()
        connection.rollback()


def test_leaves():
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO mugs (id, name) VALUES (9999, 'left')"))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=500)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--budget", default="900s", help="of each audit: what is measured comes first")
    chosen = parser.parse_args()
    found: dict[str, list[float]] = {}
    for _ in range(chosen.turns):
        with tempfile.TemporaryDirectory(prefix="statements-") as name:
            folder = Path(name)
            (folder / "test_mugs.py").write_text(SUITE.format(tests=chosen.tests), "utf-8")
            (folder / "test_nothing.py").write_text("def test_nothing():\n    pass\n", "utf-8")
            (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
            cpu(folder)  # compiles
            plain = cpu(folder) - cpu(folder, "--collect-only")
            for order, seconds in audited(folder, chosen.budget):
                found.setdefault(order, []).append(seconds / plain)
    for order, ratios in found.items():
        spread = f"{min(ratios) - 1:+.1%} to {max(ratios) - 1:+.1%}"
        sys.stdout.write(f"{order}: {median(ratios) - 1:+.1%} of CPU ({spread}, {chosen.turns} turns)\n")


def audited(folder: Path, budget: str) -> Iterator[tuple[str, float]]:
    """(order, CPU seconds of its execution) of the whole suite."""
    command = (
        sys.executable,
        "-m",
        "leakcheck",
        "run",
        "--random",
        "0",
        "--quiet",
        "--fail-on",
        "never",
        "--budget",
        budget,
    )
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for file in sorted(folder.glob(".leakcheck/2*/e*.jsonl")):
        events = [json.loads(line.rpartition(" ")[0] or line) for line in file.read_text("utf-8").splitlines()]
        question = events[0]["order"]["question"]
        ends = [each["cpu"] for each in events if each["event"] == "exit"]
        if question["is"] == "whole" and ends:
            yield question["kind"], ends[0]


if __name__ == "__main__":
    main()
