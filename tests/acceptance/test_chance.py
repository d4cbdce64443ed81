"""A project that seeds `random` while it is imported has its numbers in every fork, too; another has new ones."""

from __future__ import annotations

import random

import pytest

from support import Project

FIRST, SECOND = (random.Random(seed).random() for seed in (42, 7))
SEEDED = Project(
    {
        "conftest.py": "import random\nrandom.seed(42)\n",
        "test_by_conftest.py": f"""
            import random

            def test_first():
                assert random.random() == {FIRST!r}
        """,
        "folder/test_by_itself.py": f"""
            import random

            random.seed(7)

            def test_seeded():
                assert random.random() == {SECOND!r}
        """,
    }
)
UNSEEDED = Project(
    {
        "test_unseeded.py": f"""
            import random
            drawn = random.random()  # as the import of many a package does

            def test_nobody_has_this_number():
                assert random.random() not in ({FIRST!r}, {SECOND!r})

            def test_new_numbers():
                assert random.random() != drawn
        """,
    }
)


@pytest.mark.parametrize("where", ["test_by_conftest.py", "folder"])
def test_a_seed_of_the_project_is_kept_in_forks(where: str) -> None:
    audited = SEEDED.audit(where)
    assert audited.report["suite"]["engine"] == "fork"
    assert set(audited.outcomes("isolated").values()) == {"passed"}
    assert set(audited.verdicts.values()) == {"self-polluting"}  # run again, it draws the second number


def test_where_nobody_seeds_all_goes_on_in_forks() -> None:
    audited = UNSEEDED.audit()
    assert audited.report["suite"]["engine"] == "fork"
    assert set(audited.verdicts.values()) == {"stable"}
