"""A test that runs again in one session: no conftest is imported anew, what is wider than a test lives on."""

from __future__ import annotations

import shlex
import sys

import pytest

from support import Project, audit, run

pytestmark = pytest.mark.processes

PROJECT = Project(
    {
        "conftest.py": """
            import pytest

            SEEN = []

            @pytest.fixture
            def seen():
                return SEEN

            @pytest.fixture(scope="session")
            def made():
                return []

            @pytest.fixture
            def fresh():
                return []
            """,
        "test_again.py": """
            class TestSeen:
                def test_once(self, seen, fresh):
                    seen.append(1)
                    fresh.append(1)
                    assert (len(seen), len(fresh)) == (1, 1)

            def test_healthy(made, fresh):
                fresh.append(1)
                assert len(fresh) == 1
            """,
    }
)


def test_what_a_conftest_holds_makes_a_test_self_polluting_and_the_command_shows_it() -> None:
    test = "test_again.py::TestSeen::test_once"
    with PROJECT.folder() as folder:
        found = audit(folder, "--random", "0")
        assert found.verdicts == {test: "self-polluting", "test_again.py::test_healthy": "stable"}
        (edge,) = found.report["edges"]
        assert (edge["from"], edge["confirmed"], edge["counterfactual"]) == ([test], True, True)
        _, *arguments = shlex.split(edge["reproduce"])
        shown = run(folder, sys.executable, *arguments)
        assert (shown.code, "1 failed, 1 passed" in shown.text) == (1, True), shown.text
        _, _, program, *_ = shlex.split(edge["reproduce"])
        healthy = run(folder, sys.executable, "-c", program, "test_again.py::test_healthy")
        assert (healthy.code, "2 passed" in healthy.text) == (0, True), healthy.text
