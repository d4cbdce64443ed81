import pytest
from fastapi.testclient import TestClient

from shop.main import app


def test_products_are_listed_by_sku(client: TestClient) -> None:
    listed = [product["sku"] for product in client.get("/products").json()]
    assert listed == ["apron", "kettle", "mug", "spoon", "teapot"]


def test_product_has_its_price(client: TestClient) -> None:
    assert client.get("/products/mug").json()["price"] == 1200


def test_unknown_product(client: TestClient) -> None:
    assert client.get("/products/sofa").status_code == 404


@pytest.mark.parametrize(("sku", "stock"), [("apron", 12), ("spoon", 40)])
def test_stock_is_available(client: TestClient, sku: str, stock: int) -> None:
    assert client.get(f"/products/{sku}").json()["available"] == stock


def test_held_items_are_not_available(client: TestClient) -> None:
    holds = app.state.holds
    holds["kettle"] = holds.get("kettle", 0) + 2
    assert client.get("/products/kettle").json()["available"] == 3


def test_holds_end_with_the_checkout(client: TestClient) -> None:
    app.state.holds["teapot"] = 3
    assert client.get("/products/teapot").json()["available"] == 5
    del app.state.holds["teapot"]
    assert client.get("/products/teapot").json()["available"] == 8
