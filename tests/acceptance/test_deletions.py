"""State that tests set, replace, change in place, take away and make again: location, line and proof of each."""

from __future__ import annotations

import pytest

from leaks_and_victims import pairs_of_tests
from support import Audited, Project

SHOP = """
    LIMITS = {"daily": 10, "weekly": 50}
    SEEN, COUNTS = {}, {}
    ROWS = ["mug"]
    TAGS = {"new"}
    RATE = 3
    UNITS = {"cents": 1}

    class Policy:
        rate = 10
        steps = {"first": 1}

    class Slotted:
        __slots__ = ("size",)

        def __init__(self):
            self.size = 4

    class Basket:
        def __init__(self):
            self.owner = "nobody"

    BASKET, BOX = Basket(), Slotted()

    def send():
        return "sent"

    send.retries = 3
"""
# Name: (what the polluter does, what the victim asserts, the location).
LEAKS = {
    "key_gone": ("shop.LIMITS.pop('daily')", "shop.LIMITS.get('daily') == 10",
                 'module_globals shop LIMITS["daily"]'),
    "key_set": ("shop.SEEN['mug'] = 1", "shop.SEEN.get('mug') is None", 'module_globals shop SEEN["mug"]'),
    "number_set": ("shop.COUNTS[7] = 1", "not shop.COUNTS", "module_globals shop COUNTS[7]"),
    "class_gone": ("del shop.Policy.rate", "hasattr(shop.Policy, 'rate')", "module_globals shop Policy.rate"),
    "cleared": ("shop.Policy.steps.clear()", "len(shop.Policy.steps) == 1",
                'module_globals shop Policy.steps["first"]'),
    "attribute_gone": ("del shop.BASKET.owner", "shop.BASKET.owner == 'nobody'",
                       "module_globals shop BASKET.owner"),
    "slot_gone": ("del shop.BOX.size", "shop.BOX.size == 4", "module_globals shop BOX.size"),
    "name_gone": ("del shop.RATE", "shop.RATE == 3", "module_globals shop RATE"),
    "item_gone": ("shop.ROWS.remove('mug')", "shop.ROWS == ['mug']", "module_globals shop ROWS"),
    "member_gone": ("shop.TAGS.discard('new')", "'new' in shop.TAGS", "module_globals shop TAGS"),
    "made_again": ("shop.UNITS = {'cents': 100}", "shop.UNITS['cents'] == 1", "module_globals shop UNITS"),
    "function_gone": ("del shop.send.retries", "shop.send.retries == 3", "module_globals shop send.retries"),
    "variable_gone": ("os.environ.pop('SHOP_HOME')", "'SHOP_HOME' in os.environ", "environ os.environ SHOP_HOME"),
    "module_gone": ("del sys.modules['shelf']", "'shelf' in sys.modules", "sys_modules sys.modules shelf"),
    "handler_gone": ("logging.getLogger('shop').handlers.clear()", "logging.getLogger('shop').handlers",
                     "logging shop handlers"),
    "path_gone": ("sys.path.remove('/nowhere')", "'/nowhere' in sys.path", "sys_path sys path"),
}  # fmt: skip
HEAD = """
    import logging, os, sys
    import pytest
    import shelf, shop

    def test_taken_away_and_put_back(monkeypatch):
        monkeypatch.delitem(shop.LIMITS, "weekly")
"""


PROJECT = Project(
    {
        "conftest.py": """
            import logging, os, sys

            os.environ["SHOP_HOME"] = "/srv"
            sys.path.append("/nowhere")
            logging.getLogger("shop").addHandler(logging.NullHandler())
        """,
        "shelf.py": "SIZE = 1\n",
        "shop.py": SHOP,
        "test_shop.py": pairs_of_tests(HEAD, LEAKS),
        "pytest.ini": "[pytest]\npythonpath = .\n",
    }
)


@pytest.fixture(scope="module")
def found() -> Audited:
    return PROJECT.audit("--random", "0", "--budget", "600s")


@pytest.mark.parametrize("name", LEAKS)
def test_each_has_its_location_line_and_proof(found: Audited, name: str) -> None:
    leaks = {leak["id"]: leak for leak in found.report["leaks"]}
    (edge,) = [each for each in found.report["edges"] if each["to"].endswith(f"::test_{name}_suffers")]
    leak = leaks[edge["leak"]]
    assert (edge["from"], edge["counterfactual"]) == ([f"test_shop.py::test_{name}_leaks"], True), found.stdout
    assert f"{leak['kind']} {leak['owner']} {leak['key']}" == LEAKS[name][2]
    lines = PROJECT.files["test_shop.py"].splitlines()
    assert {lines[source["line"] - 1].strip() for source in leak["sources"]} == {LEAKS[name][0]}


def test_nobody_else_is_accused_and_nothing_is_left_open(found: Audited) -> None:
    assert {name for name, verdict in found.names.items() if verdict == "victim"} == {
        f"test_{name}_suffers" for name in LEAKS
    }
    assert found.report["certificate"]["unexplained"] == []
