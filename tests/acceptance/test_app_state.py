"""What `app.state` holds is changed inside: named there, and proven, whosever class the value is of."""

from __future__ import annotations

import pytest

from leaks_and_victims import pairs_of_tests, proved_leak
from support import Audited, Project

SHOP = """
    from cachetools import TTLCache
    from fastapi import FastAPI, Request

    class Basket:
        __slots__ = ("goods",)

        def __init__(self):
            self.goods = []

    app = FastAPI()
    app.state.prices = TTLCache(maxsize=10, ttl=600)
    app.state.basket = Basket()
    app.state.warm = TTLCache(maxsize=10, ttl=600)

    @app.get("/price")
    def price(request: Request, base: int = 1):
        prices = request.app.state.prices
        if "mug" not in prices:
            prices["mug"] = 2 * base
        return prices["mug"]

    @app.get("/basket")
    def basket(request: Request, add: str = ""):
        goods = request.app.state.basket.goods
        if add:
            goods.append(add)
        return goods

    @app.get("/warm")
    def warm(request: Request):
        return request.app.state.warm.setdefault("answer", 42)
"""
HEAD = """
    from fastapi.testclient import TestClient

    from shop import app

    client = TestClient(app)

    def test_warms_up():
        assert client.get("/warm").json() == 42

    def test_finds_it_warm_or_not():
        assert client.get("/warm").json() == 42
"""
LEAKS = {
    "prices": ("client.get('/price?base=4')", "client.get('/price').json() == 2"),
    "basket": ("client.get('/basket?add=mug')", "client.get('/basket').json() == []"),
}


@pytest.fixture(scope="module")
def found() -> Audited:
    files = {"shop.py": SHOP, "test_shop.py": pairs_of_tests(HEAD, LEAKS)}
    return Project({**files, "pytest.ini": "[pytest]\npythonpath = .\n"}).audit("--random", "0")


@pytest.mark.parametrize("name", LEAKS)
def test_each_is_told_as_state_of_the_application(found: Audited, name: str) -> None:
    leak = proved_leak(found, name)
    assert (leak["kind"], leak["owner"], leak["key"]) == ("app_state", "shop:app", name)


def test_nobody_else_is_accused(found: Audited) -> None:
    assert {each["to"].partition("::")[2] for each in found.report["edges"] if each["effect"] == "breaks"} == {
        "test_prices_suffers",
        "test_basket_suffers",
    }
    verdicts = {each["id"].partition("::")[2]: each["verdict"] for each in found.report["tests"]}
    assert verdicts["test_warms_up"] == verdicts["test_finds_it_warm_or_not"] == "stable"
