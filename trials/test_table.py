"""The page of the field trials says what the results say, and what is judged is there."""

from __future__ import annotations

import tomllib

from .projects import HERE, projects
from .table import PAGE, table
from .trial import RESULTS


def test_the_page_is_that_of_the_results() -> None:
    assert PAGE.read_text() == table()


def test_every_result_and_every_judgement_belongs_to_a_project() -> None:
    judged = tomllib.loads((HERE / "judged.toml").read_text())
    results = {path.stem for path in RESULTS.glob("*.json")}
    assert results | set(judged) <= set(projects())


def test_every_project_has_its_versions() -> None:
    assert {path.stem for path in (HERE / "requirements").glob("*.txt")} == set(projects())
