"""What a project holds of the standard library, and in defaults and attributes of functions: named and proven."""

from __future__ import annotations

import pytest

from leaks_and_victims import pairs_of_tests, proved_leak, written_by
from support import Audited, Project

SHOP = """
    import functools, io, itertools, queue, random, threading

    JOBS = queue.Queue()
    READY = threading.Event()
    LOCK = threading.Lock()
    NUMBERS = itertools.count(1)
    CHANCE = random.Random(7)
    OUT = io.StringIO()
    LOCAL = threading.local()
    def tickets():
        number = 0
        while True:
            number += 1
            yield number

    TICKETS = tickets()

    def add(item, rows=[]):
        rows.append(item)
        return rows

    def send():
        return "sent"

    ask = functools.partial(sorted, [2, 1])
"""
# Name: (what the polluter does, what the victim asserts, the key in the module shop).
LEAKS = {
    "queue": ("shop.JOBS.put(1)", "shop.JOBS.empty()", "JOBS.queue"),
    "event": ("shop.READY.set()", "not shop.READY.is_set()", "READY._flag"),
    "lock": ("shop.LOCK.acquire()", "shop.LOCK.acquire(timeout=0.1) and not shop.LOCK.release()", "LOCK"),
    "counter": ("next(shop.NUMBERS)", "next(shop.NUMBERS) == 1", "NUMBERS"),
    "chance": ("shop.CHANCE.random()", "shop.CHANCE.randint(1, 1000) == 332", "CHANCE"),
    "text": ("print('hello', file=shop.OUT)", "shop.OUT.getvalue() == ''", "OUT"),
    "local": ("shop.LOCAL.client = 1", "not hasattr(shop.LOCAL, 'client')", "LOCAL.client"),
    "generator": ("next(shop.TICKETS)", "next(shop.TICKETS) == 1", "TICKETS"),
    "default": ("shop.add(1)", "shop.add(2) == [2]", "add.__defaults__[0]"),
    "attribute": ("shop.send.calls = 1", "not hasattr(shop.send, 'calls')", "send.calls"),
    "partial": ("shop.ask.args[0].append(0)", "shop.ask() == [1, 2]", "ask.args[0]"),
    "namespace": ("shelf.size = 1", "not hasattr(shelf, 'size')", "shelf size"),
}
IN_THE_SHOP = {"generator": "number += 1", "default": "rows.append(item)"}
"""Where the line that changes it is the shop's, behind the call in the test."""
CHANGED_BY_BOTH = ("counter", "chance")
"""What the victim changes, too, when it looks: one entry with both lines."""


PROJECT = Project(
    {
        "shop.py": SHOP,
        "shelf/size_of.py": "",
        "test_shop.py": pairs_of_tests("\n    import shelf, shop\n", LEAKS),
        "pytest.ini": "[pytest]\npythonpath = .\n",
    }
)


@pytest.fixture(scope="module")
def found() -> Audited:
    return PROJECT.audit("--random", "0", "--budget", "600s")


@pytest.mark.parametrize("name", LEAKS)
def test_each_has_its_location_line_and_proof(found: Audited, name: str) -> None:
    leak = proved_leak(found, name)
    place = LEAKS[name][2] if " " in LEAKS[name][2] else f"shop {LEAKS[name][2]}"
    assert f"{leak['owner']} {leak['key']}" == place
    own = {f"assert {LEAKS[name][1]}"} if name in CHANGED_BY_BOTH else set()
    assert written_by(PROJECT, leak) == {IN_THE_SHOP.get(name, LEAKS[name][0]), *own}


def test_nobody_else_is_accused_and_nothing_is_left_open(found: Audited) -> None:
    pairs = {(edge["from"][0].split("_")[-2], edge["to"].split("_")[-2]) for edge in found.report["edges"]}
    assert pairs == {(name, name) for name in LEAKS}, found.stdout
    assert found.report["certificate"]["unexplained"] == []
