"""A counterfactual has a control: the same execution with everything kept and nothing put back."""

from __future__ import annotations

import pytest

from support import Audited, Project

PROJECT = Project(
    {
        "shop.py": """
            import weakref

            class User:
                pass

            LIVING = weakref.WeakValueDictionary()
            KEPT = [User()]
            LIVING["ann"] = KEPT[0]
            LIMITS = {"daily": 1}
        """,
        "test_shop.py": """
            import shop

            def test_ann_is_known():
                assert "ann" in shop.LIVING

            def test_limit():
                assert shop.LIMITS["daily"] == 1

            def test_lets_go():
                shop.KEPT.clear()

            def test_sets_a_limit():
                shop.LIMITS["daily"] = 2
        """,
        "pytest.ini": "[pytest]\npythonpath = .\n",
    }
)


@pytest.fixture(scope="module")
def found() -> Audited:
    return PROJECT.audit("--random", "0")


def test_what_holds_without_putting_anything_back_is_no_proof(found: Audited) -> None:
    """To keep the old value keeps the object alive, and that is enough for the victim."""
    (edge,) = [each for each in found.report["edges"] if each["to"].endswith("test_ann_is_known")]
    assert (edge["from"], edge["confirmed"]) == (["test_shop.py::test_lets_go"], True)
    assert not edge["counterfactual"], found.stdout
    (note,) = [each for each in found.report["notes"] if "how long an object lives" in each]
    assert note.startswith("test_shop.py::test_ann_is_known behaves as alone as soon as values are kept")


def test_others_are_proven_as_ever(found: Audited) -> None:
    (edge,) = [each for each in found.report["edges"] if each["to"].endswith("test_limit")]
    assert (edge["from"], edge["counterfactual"]) == (["test_shop.py::test_sets_a_limit"], True)
    assert edge["leak"]
