"""Fixtures that a test has, also those that other fixtures ask for while they are set up."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from leakcheck.recorder.process.asked_for import fixtures_of

SUITE = """
    import pytest

    @pytest.fixture(scope="session")
    def environment(): ...

    @pytest.fixture(scope="session")
    def database(environment): ...

    @pytest.fixture(scope="session")
    def nobodys(): ...

    @pytest.fixture
    def helper(request, database): ...

    @pytest.fixture(autouse=True)
    def marked(request):
        if request.node.get_closest_marker("nothing"):
            request.getfixturevalue("helper")

    class TestIt:
        @pytest.fixture
        def own(self, request):
            request.getfixturevalue("nobodys")

        def test_own(self, own): ...

    def test_it(): ...
"""


@pytest.mark.parametrize(
    ("test", "wanted"),
    [
        ("test_it", {"marked", "helper", "database", "environment"}),
        ("test_own", {"marked", "helper", "database", "environment", "own", "nobodys"}),
    ],
)
def test_those_that_are_asked_for_count(tmp_path: Path, test: str, wanted: set[str]) -> None:
    names = {each.argname for each in fixtures_of(collected(tmp_path, test))}
    assert names & {"marked", "helper", "database", "environment", "own", "nobodys"} == wanted


def collected(folder: Path, test: str) -> pytest.Item:
    found: list[pytest.Item] = []

    class Collect:
        def pytest_collection_finish(self, session: pytest.Session) -> None:
            found.extend(session.items)

    (folder / "test_it.py").write_text(dedent(SUITE), "utf-8")
    options = ("--collect-only", "-q", f"--rootdir={folder}", "--import-mode=importlib", "-p", "no:cacheprovider")
    pytest.main([*options, str(folder)], plugins=[Collect()])
    (item,) = [each for each in found if each.name == test]
    return item
