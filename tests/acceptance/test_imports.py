"""What the import of a test file or a conftest leaves: named, and put back before the next file is imported."""

from __future__ import annotations

import shlex
import sys

import pytest

from support import Audited, Project, audit, run

pytestmark = pytest.mark.processes

SHOP = {
    "pytest.ini": "[pytest]\npythonpath = .\n",
    "shop/__init__.py": "",
    "shop/rates.py": "RATE = 2\n\nclass Till:\n    def pay(self):\n        return 'paid'\n",
    "shop/bank.py": "def resolve(name):\n    return 'real'\n",
    "shop/warm.py": "VALUE = [1]\n",
    "tests/test_a_first.py": """
        class TestPlain:
            def test_rate(self):
                from shop.rates import RATE
                assert RATE == 2

        def test_pay():
            from shop import rates
            assert rates.Till().pay() == "paid"

        def test_bank():
            from shop.bank import resolve
            assert resolve("a") == "real"

        def test_warm():
            from shop.warm import VALUE
            assert VALUE == [1]
        """,
    "tests/deep/conftest.py": "from shop import rates\n\nrates.RATE = 3\n",
    "tests/deep/test_rates.py": "def test_three():\n    import shop.rates\n    assert shop.rates.RATE\n",
    "tests/test_m_stub.py": """
        import sys
        import types

        import shop

        stub = types.ModuleType("shop.bank")
        stub.resolve = lambda name: "stubbed"
        sys.modules["shop.bank"] = stub

        async def no_test():
            pass

        def test_stub():
            from shop.bank import resolve
            assert resolve("a") in ("stubbed", "real")
        """,
    "tests/test_n_till.py": """
        from shop.rates import Till

        def free(self):
            return "free"

        Till.pay = free

        def test_till():
            assert Till().pay() in ("free", "paid")
        """,
    "tests/test_o_healthy.py": """
        import sys
        from unittest.mock import MagicMock, patch

        import shop.warm

        with patch.dict(sys.modules, {"shop.nowhere": MagicMock()}):
            import shop.nowhere

        def test_healthy():
            assert shop.warm.VALUE == [1]
        """,
    "tests/test_z_last.py": """
        import shop.bank

        def test_direct():
            assert shop.bank.resolve("a") == "real"
        """,
}
FIRST = "tests/test_a_first.py"
VICTIMS = {
    f"{FIRST}::TestPlain::test_rate": "tests/deep/test_rates.py",
    f"{FIRST}::test_pay": "tests/test_n_till.py",
    f"{FIRST}::test_bank": "tests/test_m_stub.py",
    "tests/test_z_last.py::test_direct": "tests/test_m_stub.py",
}
LEAKS = {
    ("module_globals", "RATE", "tests/deep/conftest.py", 3),
    ("module_globals", "Till.pay", "tests/test_n_till.py", 7),
    ("sys_modules", "shop.bank", "tests/test_m_stub.py", 9),
}


def _leaks(found: Audited) -> set[tuple[str, str, str, int]]:
    return {
        (leak["kind"], leak["key"], source["file"], source["line"])
        for leak in found.leaks()
        for source in leak["sources"]
    }


def test_each_victim_has_its_file_its_line_its_proof_and_a_command_that_shows_it() -> None:
    with Project(SHOP).folder() as folder:
        found = audit(folder, "tests", "--random", "0")
        edges = [edge for edge in found.report["edges"] if edge["effect"] == "breaks"]
        assert {edge["to"]: edge["from"] for edge in edges} == {test: [by] for test, by in VICTIMS.items()}
        assert all(edge["confirmed"] and edge["counterfactual"] for edge in edges), edges
        assert {test for test, verdict in found.verdicts.items() if verdict != "stable"} == VICTIMS.keys()
        assert _leaks(found) == LEAKS
        assert not found.report["certificate"]["unexplained"]
        for edge in edges:
            _, *arguments = shlex.split(edge["reproduce"])
            shown = run(folder, sys.executable, "-m", "pytest", *arguments)
            assert (shown.code, "1 failed" in shown.text) == (1, True), shown.text
