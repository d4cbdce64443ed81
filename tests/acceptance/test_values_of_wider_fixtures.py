"""Tests that need what a wider fixture has set: who takes it away is the reason, at its line, and it is proven."""

from __future__ import annotations

import pytest

from leakcheck.analysis.advice.code import fix_example
from leakcheck.records import Leak, Location, Source
from support import Audited, Project
from watched import OWN

MAIN = """
    from fastapi import Depends, FastAPI

    app = FastAPI()

    def get_db():
        raise ConnectionError("no database here")

    def get_user():
        return "nobody"

    @app.get("/jobs")
    def jobs(db=Depends(get_db), user=Depends(get_user)):
        return {"jobs": db["jobs"], "user": user}
"""
PROJECT = Project(
    {
        "main.py": MAIN,
        "conftest.py": """
            import os

            import pytest
            from fastapi.testclient import TestClient

            from main import app, get_db

            @pytest.fixture(scope="session", autouse=True)
            def database():
                app.dependency_overrides[get_db] = lambda: {"jobs": 2}
                yield
                app.dependency_overrides.pop(get_db, None)

            @pytest.fixture(scope="module")
            def region():
                before = os.environ.get("REGION")
                os.environ["REGION"] = "north"
                yield
                os.environ.pop("REGION", None)
                if before is not None:
                    os.environ["REGION"] = before

            @pytest.fixture(scope="session")
            def made():
                from starlette.applications import Starlette
                made = Starlette()
                made.state.rate = 3
                return made

            @pytest.fixture
            def client():
                return TestClient(app)
        """,
        "test_alerts.py": """
            from main import app, get_user

            def test_clears(client):
                app.dependency_overrides[get_user] = lambda: "ann"
                try:
                    assert client.get("/jobs").json()["user"] == "ann"
                finally:
                    app.dependency_overrides.clear()
        """,
        "test_jobs.py": """
            import os

            class TestJobs:
                def test_jobs(self, client):
                    assert client.get("/jobs").json()["jobs"] == 2

                def test_unknown(self, client):
                    assert client.get("/nothing").status_code == 404

            def test_moves(region):
                os.environ["REGION"] = "west"
                os.environ["REGION"] = "south"

            def test_is_north(region):
                assert os.environ["REGION"] == "north"

            def test_keeps_region(region, monkeypatch):
                monkeypatch.setenv("REGION", "east")
                assert os.environ["REGION"] == "east"
        """,
        "test_other_region.py": """
            import os

            def test_north_again(region):
                assert os.environ["REGION"] == "north"
        """,
        "test_made.py": """
            def test_raises(made):
                made.state.rate = 4

            def test_rate(made):
                assert made.state.rate == 3
        """,
    }
)
VICTIMS = {"TestJobs::test_jobs", "test_is_north", "test_rate"}


@pytest.fixture(scope="module")
def found() -> Audited:
    return PROJECT.audit("--random", "1")


def test_nobody_else_is_accused(found: Audited) -> None:
    assert {name for name, verdict in found.names.items() if verdict != "stable"} == VICTIMS
    assert found.report["certificate"]["unexplained"] == []
    assert found.report["certificate"]["pairs_total"] == found.report["certificate"]["pairs_covered"]


@pytest.mark.parametrize(
    ("victim", "polluter", "kind", "line"),
    [
        ("TestJobs::test_jobs", "test_alerts.py::test_clears", "dependency_overrides", 9),
        ("test_is_north", "test_jobs.py::test_moves", "environ", 13),
        ("test_rate", "test_made.py::test_raises", "app_state", 3),
    ],
)
def test_the_leak_is_proven_at_its_last_line(
    found: Audited, victim: str, polluter: str, kind: str, line: int
) -> None:
    (edge,) = [each for each in found.report["edges"] if each["to"].endswith(f"::{victim}")]
    assert (edge["from"], edge["confirmed"], edge["counterfactual"]) == ([polluter], True, True)
    (leak,) = [each for each in found.report["leaks"] if each["id"] == edge["leak"]]
    assert (leak["kind"], leak["impact"]) == (kind, "broken")
    assert [source["line"] for source in leak["sources"]] == [line]


def test_who_gets_a_value_of_its_own_module_is_no_reader_of_what_another_left(found: Audited) -> None:
    (leak,) = [each for each in found.leaks("environ", "REGION") if each["impact"] == "broken"]
    assert not any("test_other_region" in test for test in leak["readers"])


def test_who_follows_the_advice_frees_the_victims(found: Audited) -> None:
    told = next(each for each in found.report["leaks"] if each["kind"] == "dependency_overrides")
    source = Source(**told["sources"][0])
    place = Location(told["kind"], told["owner"], told["key"])
    leak = Leak("L1", place, "broken", (), (), (), (source,), told["before"], told["after"], kind=OWN[place.kind])
    with_advice = {"test_alerts.py": f"{fix_example(leak)}\n\n{PROJECT.files['test_alerts.py']}"}
    order = ("test_alerts.py::test_clears", "test_jobs.py::TestJobs")
    assert PROJECT.pytest(*order).code == 1
    assert PROJECT.with_files(with_advice).pytest(*order).code == 0
