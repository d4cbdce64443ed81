"""What pytest holds is told when it is there, by a name of its own, and told to go before anything is torn down."""

from __future__ import annotations

import pytest

from support import Project

PROJECT = Project(
    {
        "conftest.py": """
            import pytest
            from leakcheck.recorder.process.pytest_roots import held_from_the_start, watch_fixtures

            pytest.shared = {}

            def tell(roots):
                for root in roots:
                    print("enter", root.kind, root.path)

            class Follower:
                enter = staticmethod(tell)

                def begin(self):
                    print("begin")

                def set_up(self, fixture):
                    print("set up", fixture)

                def leave(self, path):
                    print("leave", path)

                def over(self, fixture, scope):
                    print("over", fixture, "of the", scope)

            def pytest_collection_finish(session):
                session.config.token = {}
                print()
                tell(held_from_the_start(session))
                watch_fixtures(session.config, Follower())

            @pytest.fixture(scope="session", name="body")
            def made_body():
                yield {}
                print("teardown of body")

            @pytest.fixture
            def narrow(body):
                return {}

            @pytest.fixture(params=[{"a": 1}, 2])
            def shape(request):
                return request.param
        """,
        "sub/test_a.py": """
            import pytest

            def setup_module():
                global ROWS
                ROWS = []

            class TestA:
                @pytest.fixture(scope="class")
                def client(self, request):
                    request.cls.client = {}

                def test_client(self, client, narrow): pass

            @pytest.mark.parametrize("case", [[1], "plain"])
            def test_shape(shape, case): pass
        """,
    }
)


@pytest.mark.processes
def test_who_enters_and_leaves_and_when() -> None:
    ended = PROJECT.pytest("-s", "-q", "-W", "ignore", "--rootdir", ".")
    lines = [line.lstrip(".") for line in ended.stdout.splitlines()]
    told = [
        line for line in lines if line.startswith(("begin", "set up ", "enter ", "leave ", "teardown ", "over "))
    ]
    assert told == [
        "enter pytest_attributes pytest:",
        "enter pytest_attributes config:",
        "enter pytest_attributes session:",
        "enter pytest_attributes config.stash:",
        "enter pytest_attributes session.stash:",
        "enter parameters fixture shape (conftest.py):params[0]",
        "enter parameters fixture shape (conftest.py):params[1]",
        "enter parameters sub/test_a.py test_shape:case[0]",
        "enter parameters sub/test_a.py test_shape:case[1]",
        "begin",
        "set up session fixture body (conftest.py)",
        "enter fixture_values session fixture body (conftest.py):",
        "begin",
        "set up module fixture _xunit_setup_module_fixture_test_a (sub/test_a.py)",
        "enter fixture_values module fixture _xunit_setup_module_fixture_test_a (sub/test_a.py):",
        "enter pytest_attributes module test_a:ROWS",
        "begin",
        "set up class fixture TestA.client (sub/test_a.py)",
        "enter fixture_values class fixture TestA.client (sub/test_a.py):",
        "enter pytest_attributes class test_a.TestA:client",
        "leave class test_a.TestA:client",
        "leave class fixture TestA.client (sub/test_a.py):",
        "over class fixture TestA.client (sub/test_a.py) of the class",
        "leave module test_a:ROWS",
        "leave module fixture _xunit_setup_module_fixture_test_a (sub/test_a.py):",
        "over module fixture _xunit_setup_module_fixture_test_a (sub/test_a.py) of the module",
        "leave session fixture body (conftest.py):",
        "teardown of body",
        "over session fixture body (conftest.py) of the session",
    ], ended.text
