"""Of a leak that hurts many tests, each is confirmed and proven, and few executions are made for it."""

from __future__ import annotations

import itertools

from support import Project

SUITE = Project(
    {
        "conftest.py": """
            import os

            import pytest

            @pytest.fixture
            def sale():
                os.environ["SHOP_SALE"] = "1"
                yield
        """,
        "test_prices.py": """
            import os

            import pytest

            @pytest.mark.parametrize("number", range(6))
            def test_price(number):
                assert "SHOP_SALE" not in os.environ

            @pytest.mark.parametrize("number", range(3))
            def test_nothing(number):
                pass
        """,
        "test_sales.py": """
            def test_sale(sale):
                pass

            def test_another_sale(sale):
                pass
        """,
    }
)


def test_every_member_of_a_cause_is_proven_in_company_of_the_others() -> None:
    found = SUITE.audit("--random", "1")
    edges = found.report["edges"]
    polluters = ("test_sales.py::test_sale", "test_sales.py::test_another_sale")
    victims = [f"test_prices.py::test_price[{number}]" for number in range(6)]
    assert {(edge["from"][0], edge["to"]) for edge in edges} == set(itertools.product(polluters, victims))
    assert all(edge["confirmed"] and edge["counterfactual"] for edge in edges)
    leak = found.leak("environ", "SHOP_SALE")
    assert [(source["file"], source["line"]) for source in leak["sources"]] == [("conftest.py", 8)]
    headers = [data.partition(b"\n")[0].decode() for data in found.stored.values()]
    assert [each for each in headers if '"is":"company"' in each and '"key":"SHOP_SALE"' in each]
    assert sum('"is":"printed"' in each for each in headers) == 1
    assert found.report["cost"]["executions"] < 40
