from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from shop.main import app


@pytest.fixture
def bundle() -> Iterator[str]:
    """The product that is featured together with a present."""
    featured = app.state.featured
    app.state.featured = {"sku": "kettle", "text": "With a free mug"}
    yield "kettle"
    app.state.featured = featured


def test_flash_sale_price(client: TestClient) -> None:
    app.state.cache["prices"]["mug"] = 900
    assert client.get("/products/mug").json()["price"] == 900


def test_sale_price_reaches_the_order(
    customer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.state.cache["prices"], "apron", 2000)
    response = customer.post("/orders", json={"sku": "apron", "quantity": 2})
    assert response.json()["total"] == 4000


def test_free_delivery_weekend(client: TestClient) -> None:
    app.state.free_shipping_from = 0
    assert client.get("/delivery", params={"subtotal": 100}).json()["postage"] == 0


def test_product_of_the_week_is_on_sale(client: TestClient) -> None:
    app.state.featured = {"sku": "teapot", "text": "Back in stock"}
    assert client.get("/products/teapot").status_code == 200


def test_front_page_features_the_product(client: TestClient) -> None:
    assert client.get("/").json()["featured"] == {"sku": "teapot", "text": "Back in stock"}


def test_front_page_features_a_bundle(client: TestClient, bundle: str) -> None:
    assert client.get("/").json()["featured"]["sku"] == bundle
