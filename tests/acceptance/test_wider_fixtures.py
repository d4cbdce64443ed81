"""What pytest itself moves from test to test is told of no test: errors at the teardown of what tests share, and
what pytest cannot run twice."""

from __future__ import annotations

import pytest

from support import Audited, Project

SKIPS_AND_FAILS = Project(
    {
        "test_unit.py": """
            import unittest

            class SkipsInSetUpClass(unittest.TestCase):
                @classmethod
                def setUpClass(cls):
                    raise unittest.SkipTest("no server here")

                def test_x(self): pass
                def test_y(self): pass

            class FailsInSetUpClass(unittest.TestCase):
                @classmethod
                def setUpClass(cls):
                    raise RuntimeError("no server here")

                def test_x(self): pass

            class CleanupFails(unittest.TestCase):
                @classmethod
                def setUpClass(cls):
                    cls.addClassCleanup(cls.fail_late)

                @classmethod
                def fail_late(cls):
                    raise RuntimeError("a cleanup")

                def test_x(self): pass
                def test_y(self): pass

            class TearDownClassFails(unittest.TestCase):
                @classmethod
                def tearDownClass(cls):
                    raise OSError("a teardown")

                def test_x(self): pass
                def test_y(self): pass

            class SkipsInSetUp(unittest.TestCase):
                def setUp(self):
                    self.skipTest("not today")

                def test_x(self): pass

                @unittest.skip("never")
                def test_y(self): pass

            @unittest.skip("never")
            class Skipped(unittest.TestCase):
                def test_x(self): pass
        """,
        "test_xunit.py": """
            def teardown_module(module):
                raise ValueError("a module")

            class TestOuter:
                @classmethod
                def teardown_class(cls):
                    raise KeyError("outer")

                class TestInner:
                    def test_x(self): pass
                    def test_y(self): pass

                def test_z(self): pass

            def test_last(): pass
        """,
        "test_skips.py": """
            import pytest

            def setup_module(module):
                pytest.skip("no module today")

            def test_x(): pass
            def test_y(): pass
        """,
        "test_level.py": """
            import pytest

            pytest.skip("the whole module", allow_module_level=True)
        """,
        "test_fixtures.py": """
            import pytest

            @pytest.fixture(scope="session", autouse=True)
            def whole():
                yield
                raise ArithmeticError("a session")

            @pytest.fixture(scope="module")
            def server():
                yield 1
                raise RuntimeError("a server")

            @pytest.fixture(scope="module")
            def client(server):
                yield server
                raise LookupError("a client")

            @pytest.fixture(scope="class", params=[1, 2])
            def each(request):
                yield request.param
                raise TypeError("a parameter")

            @pytest.fixture
            def own():
                yield
                raise RuntimeError("its own")

            class TestEach:
                def test_x(self, each): pass
                def test_y(self, each): pass

            def test_x(client): pass
            def test_own(client, own): pass
            def test_fails(client): assert False
        """,
    }
)
FAILING = {
    "FailsInSetUpClass::test_x",
    "test_own",
    "test_fails",
}
SKIPPED = {
    "SkipsInSetUpClass::test_x",
    "SkipsInSetUpClass::test_y",
    "SkipsInSetUp::test_x",
    "SkipsInSetUp::test_y",
    "Skipped::test_x",
}


@pytest.fixture(scope="module", params=["fork", "spawn"])
def audited(request: pytest.FixtureRequest) -> Audited:
    return SKIPS_AND_FAILS.audit("--random", "1", "--engine", str(request.param))


def test_no_test_is_accused_of_what_it_shares(audited: Audited) -> None:
    """Not flaky, no victim and nobody's polluter: each is what it is alone."""
    for test, verdict in audited.verdicts.items():
        name = test.partition("::")[2]
        skipped = name in SKIPPED or test.startswith("test_skips.py")
        assert verdict == ("failing" if name in FAILING else "skipped" if skipped else "stable"), test
    assert not any(row["roles"] for row in audited.report["tests"])
    assert audited.report["edges"] == []
    assert audited.report["certificate"]["unexplained"] == []


def test_each_fixture_is_named_with_its_error(audited: Audited) -> None:
    told = {finding["title"] for finding in audited.report["findings"] if finding["code"] == "LK403"}
    assert told == {
        f"{what} fails at its teardown ({error})"
        for what, error in {
            "tearDownClass or a class cleanup of test_unit.py::CleanupFails": "RuntimeError",
            "tearDownClass or a class cleanup of test_unit.py::TearDownClassFails": "OSError",
            "teardown_module of test_xunit.py": "ValueError",
            "teardown_class of test_xunit.py::TestOuter": "KeyError",
            "session fixture whole of test_fixtures.py": "ArithmeticError",
            "module fixture server of test_fixtures.py": "RuntimeError",
            "module fixture client of test_fixtures.py": "LookupError",
            "class fixture each of test_fixtures.py": "TypeError",
        }.items()
    }
    assert "Fixtures that fail at their teardown" in audited.stdout


def test_the_verdict_is_not_green(audited: Audited) -> None:
    assert "\n! " in audited.stdout
    assert audited.code == 0


def test_a_test_whose_setup_ends_the_fixture_of_another_parameter_did_not_run(audited: Audited) -> None:
    outcomes = [audited.outcomes(order) for order in ("declared", "reversed")]
    kept = [{test for test, outcome in each.items() if outcome == "not run"} for each in outcomes]
    assert all(kept)
    assert kept[0] != kept[1], "pytest tells it of another test in another order"
    assert {test.partition("[")[0] for each in kept for test in each} <= {
        "test_fixtures.py::TestEach::test_x",
        "test_fixtures.py::TestEach::test_y",
    }


def test_a_state_that_a_fixture_checks_at_its_end_makes_no_victim() -> None:
    """A guard of the whole module fails with the last test, whoever left the state."""
    project = Project(
        {
            "test_a.py": """
                import os
                import pytest

                @pytest.fixture(scope="module", autouse=True)
                def guard():
                    yield
                    assert "LEFT" not in os.environ

                def test_leaves():
                    os.environ["LEFT"] = "1"

                def test_innocent(): pass
                def test_last(): pass
            """
        }
    )
    audited = project.audit("--random", "1")
    assert set(audited.names.values()) == {"stable"}
    assert [row["code"] for row in audited.report["findings"] if row["severity"] != "warning"].count("LK403") == 1
    assert [leak["polluters"] for leak in audited.leaks("environ", "LEFT")] == [["test_a.py::test_leaves"]]
