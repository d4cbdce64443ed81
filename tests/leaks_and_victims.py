"""A suite of pairs, `test_<name>_leaks` and `test_<name>_suffers`, and what was found between the two."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from support import Audited, Project


def pairs_of_tests(head: str, leaks: Mapping[str, tuple[str, ...]]) -> str:
    """`leaks` are name -> what leaks, what its victim asserts. The victims first: in the declared order nothing is
    seen."""
    victims = "".join(f"\n    def test_{name}_suffers():\n        assert {row[1]}\n" for name, row in leaks.items())
    polluters = "".join(f"\n    def test_{name}_leaks():\n        {row[0]}\n" for name, row in leaks.items())
    return head + victims + polluters


def proved_leak(found: Audited, name: str) -> dict[str, Any]:
    """The leak from the one test of this name into the other, as reported: one edge, proved by putting it back."""
    edges = [
        each
        for each in found.report["edges"]
        if each["to"].endswith(f"::test_{name}_suffers") and each["from"] == [f"test_shop.py::test_{name}_leaks"]
    ]
    assert [(edge["counterfactual"], bool(edge["leak"])) for edge in edges] == [(True, True)], found.stdout
    (leak,) = [each for each in found.report["leaks"] if each["id"] == edges[0]["leak"]]
    return dict(leak)


def written_by(project: Project, leak: Mapping[str, Any]) -> set[str]:
    """The texts of the lines that a reported leak is written by."""
    lines = {file: text.splitlines() for file, text in project.files.items()}
    return {lines[source["file"]][source["line"] - 1].strip() for source in leak["sources"]}
