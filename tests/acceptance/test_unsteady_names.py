"""Tests that have another name each time their file is collected: parametrised by what is drawn at import."""

from __future__ import annotations

from support import Audited, Project

SUITE = {
    "test_token.py": """
        import secrets
        import pytest

        LEVEL = []

        @pytest.mark.parametrize("token", [secrets.token_hex(8)])
        def test_token(token):
            assert len(token) == 16 and not LEVEL

        def test_plain():
            LEVEL.append(1)
    """,
    "test_other.py": "def test_other(): pass\n",
}
TOLD = "1 test has another name each time the suite is collected"


def test_a_fork_of_the_whole_suite_knows_them_by_their_names() -> None:
    found: Audited = Project(SUITE).audit("--random", "0")
    assert sorted(found.names.values()) == ["stable", "stable", "victim"], found.text
    assert TOLD in found.text
    assert "never run alone" not in found.text


def test_where_nothing_forks_the_others_run() -> None:
    found: Audited = Project(SUITE).audit("--random", "0", "--engine", "spawn")
    assert sorted(found.names.values()) == ["stable", "stable", "unknown"], found.text
    assert TOLD in found.text
    assert "1 test is undecided" in found.text
