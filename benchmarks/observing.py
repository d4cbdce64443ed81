"""What observers of hazards cost: `python benchmarks/observing.py`.

Not a test: pytest does not collect this file. It runs the suite of `guarding.py`, 1,000 tests of one request each,
plain, recorded without observers, and recorded with all of them, in turns, so that every ratio is one of neighbours
in time. They are the same observers in an audit. CPU seconds are user and system time of the whole process.

`--calls` counts what depends on no machine: how many functions are called, those of the interpreter included, from
the first test to the last, in suites of requests and of statements.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from guarding import ENVIRONMENT, PLUGINS, cpu, write
from statements import SUITE

OFF = "leakcheck_without_observers"
PLUGIN = "from leakcheck.guard import beginning\n\nbeginning.hazards = lambda: ()\n"
GUARD = "--leakcheck-guard=warn"
COUNT = "leakcheck_count_calls"
COUNTING = """
import sys
import threading

calls = [0]


def count(frame, event, arg):
    if event in ("call", "c_call"):
        calls[0] += 1


def pytest_collection_finish(session):
    threading.setprofile(count)
    sys.setprofile(count)


def pytest_sessionfinish(session):
    sys.setprofile(None)
    threading.setprofile(None)
    open("calls.txt", "w").write(str(calls[0] // session.testscollected))
"""
MAPPED = """
import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

engine = create_engine("sqlite:///mapped.db")


class Base(DeclarativeBase):
    pass


class Mug(Base):
    __tablename__ = "mugs"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


@pytest.fixture(scope="session", autouse=True)
def tables():
    Base.metadata.drop_all(engine)
    Base.metadata.create_all(engine)
    yield
    engine.dispose()


@pytest.fixture
def session():
    with Session(engine) as session:
        yield session
        session.rollback()


@pytest.mark.parametrize("number", range(500))
def test_mugs(session, number):
    for each in range(10):
        session.add(Mug(name=f"mug {each}"))
        assert session.scalar(select(func.count()).select_from(Mug))
"""
SUITES = {
    "one request": ("test_0.py", "test_1.py"),
    "ten rows of a session": ("test_mapped.py",),
    "twenty statements": ("test_mugs.py",),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=9)
    parser.add_argument("--calls", action="store_true", help="count calls instead")
    chosen = parser.parse_args()
    if chosen.calls:
        count()
    else:
        measure(chosen.turns)


def count() -> None:
    with tempfile.TemporaryDirectory(prefix="hazards-") as name:
        folder = Path(name)
        write(folder)
        (folder / "test_mapped.py").write_text(MAPPED, "utf-8")
        (folder / "test_mugs.py").write_text(SUITE.format(tests=500), "utf-8")
        (folder / f"{OFF}.py").write_text(PLUGIN, "utf-8")
        (folder / f"{COUNT}.py").write_text(COUNTING, "utf-8")
        for suite, files in SUITES.items():
            plain, off, on = (calls(folder, *files, *how) for how in ((), ("-p", OFF, GUARD), (GUARD,)))
            shares = f"recorded +{on / plain - 1:.1%}, of that observers {(on - off) / plain:.1%}"
            sys.stdout.write(f"{suite}: {plain:,} calls in a plain test; {shares}\n")


def calls(folder: Path, *arguments: str) -> int:
    """How many functions a test calls, on average."""
    plugins = [word for name in (*PLUGINS, COUNT) for word in ("-p", name)]
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *plugins, *arguments)
    subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
    return int((folder / "calls.txt").read_text("utf-8"))


def measure(turns: int) -> None:
    without, observed, over_plain = [], [], []
    with tempfile.TemporaryDirectory(prefix="hazards-") as name:
        folder = Path(name)
        write(folder)
        (folder / f"{OFF}.py").write_text(PLUGIN, "utf-8")
        cpu(folder)  # compiles
        for _ in range(turns):
            plain, off, on = cpu(folder), cpu(folder, "-p", OFF, GUARD), cpu(folder, GUARD)
            without.append(off / plain)
            over_plain.append(on / plain)
            observed.append(on / off)
    rows = {
        "recorded without observers, over plain": without,
        "recorded with all observers, over plain": over_plain,
        "with observers, over without": observed,
    }
    for row, found in rows.items():
        spread = f"{min(found) - 1:+.1%} to {max(found) - 1:+.1%}"
        sys.stdout.write(f"{row}: {median(found) - 1:+.1%} of CPU ({spread}, {turns} turns)\n")


if __name__ == "__main__":
    main()
