"""Tests in a row, by real processes: each begins as the first one did, and whoever leaves anything is the last."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import dedent

import pytest

from leakcheck.analysis.facts.alone import solos
from leakcheck.engine import Engine, Launch, Limits
from leakcheck.records import Order, Row
from leakcheck.records.topics import Topic
from leakcheck.store import AuditFolder

pytestmark = pytest.mark.processes

SHOP = """
    import functools

    from others import Client

    @functools.lru_cache
    def price(item):
        return len(item)

    client = Client()
    COUNTS = []
    unseen = bytearray(1)
"""
OTHERS = """
    from enum import Enum

    class Phase(Enum):
        NEW = 1
        OPEN = 2
        DONE = 3

    class Client:
        def __init__(self):
            self.stack = None
            self.state = "new"
            self.phase = Phase.NEW
            self.mode = Phase.OPEN
"""
CONFTEST = """
    import pytest

    @pytest.fixture(scope="session")
    def register():
        return []

    @pytest.fixture(scope="session")
    def counted():
        import shop
        yield
        shop.COUNTS.append(1)
"""
TESTS = """
    import asyncio
    import os
    import subprocess
    import sys
    import threading

    import pytest
    import shop
    from others import Phase

    @pytest.fixture
    def name(request):
        return request.node.name

    def uses_for_the_first_time(name, register, tmp_path):
        register.append(name)
        (tmp_path / name).write_text("")
        shop.price(name)
        assert (shop.client.phase is Phase.NEW) is (shop.client.stack is None)
        shop.client.phase = Phase.OPEN
        shop.client.stack = shop.client.stack or [name]
        asyncio.run(asyncio.sleep(0))
        assert register == [name] == shop.client.stack
        assert {path.name for path in tmp_path.parent.glob("*/*")} == {name}
        assert shop.price.cache_info().currsize == 1

    def test_one(name, register, tmp_path):
        uses_for_the_first_time(name, register, tmp_path)

    def test_two(name, register, tmp_path):
        uses_for_the_first_time(name, register, tmp_path)

    def test_three(name, register, tmp_path):
        uses_for_the_first_time(name, register, tmp_path)

    def test_quiet():
        pass

    def test_global():
        shop.COUNTS.append(1)

    def test_state_of_others():
        shop.client.state = "open"

    def test_later_state_of_others():
        shop.client.mode = Phase.DONE

    def test_thread():
        threading.Thread(target=threading.Event().wait, daemon=True).start()

    def test_descriptor():
        os.open(os.devnull, os.O_RDONLY)

    def test_child():
        subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])

    def test_file():
        with open("left.txt", "w") as stream:
            stream.write("x")

    def test_import():
        import late

    def test_session_fixture(counted):
        pass

    def test_fails():
        assert False

    def test_fails_again():
        shop.unseen[0] += 1
        assert shop.unseen[0] == 1
"""
FILES = {"shop.py": SHOP, "others.py": OTHERS, "late.py": "", "conftest.py": CONFTEST, "test_a.py": TESTS}
LOUD = (
    "global", "state_of_others", "later_state_of_others", "thread", "descriptor", "child", "file", "import",
    "session_fixture", "fails", "fails_again",
)  # fmt: skip


@contextmanager
def running(folder: Path, *, fork: bool) -> Iterator[Engine]:
    (folder / "scratch").mkdir()
    audit = AuditFolder.create(folder / "audits")
    audit.begin("audit")
    launch = Launch(sys.executable, ("-p", "no:randomly"), audit, str(folder / "scratch"), "salt")
    engine = Engine(launch, Limits(), 2, may_fork=fork)
    try:
        engine.open_suite()
        assert engine.suite() is not None, launch.read_log("root")
        yield engine
    finally:
        engine.stop()


def row(*tests: str) -> Order:
    return Order(Row(), tuple(f"test_a.py::test_{each}" for each in tests), collect=("test_a.py",))


@pytest.mark.parametrize("fork", [True, False], ids=["fork", "spawn"])
def test_a_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fork: bool) -> None:
    project = tmp_path / "project"
    project.mkdir()
    # What is not the project's own lies elsewhere.
    for name, text in FILES.items():
        place = tmp_path / "site-packages" if name == "others.py" else project
        place.mkdir(exist_ok=True)
        (place / name).write_text(dedent(text))
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path / 'site-packages'}:{project}")
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.chdir(project)
    loud = LOUD if fork else LOUD[:1]
    with running(tmp_path, fork=fork) as engine:
        orders = [row("one", "two", "three"), *(row("quiet", each, "one") for each in loud)]
        done = {execution.order: execution for execution in engine.run(orders)}
    fresh = done[orders[0]]
    assert [(run.outcome, run.again) for run in fresh.runs] == [("passed", "passed")] * 3, fresh
    assert not fresh.tells(Topic.LEFT)
    for order in orders[1:]:
        assert [run.test for run in done[order].runs] == list(order.tests[:2]), done[order]
        assert done[order].tells(Topic.LEFT), order
    elsewhere = {each.test: {change.location.key for change in each.deep} for each in solos(fresh)}
    own = [
        {key for key in elsewhere[test] if key} for test in fresh.order.tests
    ]  # "": the whole value of a shared fixture
    assert own == [{"client.stack", "client.phase", "price"}, *[{"client.phase", "price"}] * 2]
