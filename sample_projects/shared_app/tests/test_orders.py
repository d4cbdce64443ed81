from unittest.mock import Mock

import pytest
from fastapi.testclient import TestClient

from shop import mailer


def test_ordering_needs_a_login(client: TestClient) -> None:
    assert client.post("/orders", json={"sku": "spoon"}).status_code == 401


def test_customers_can_order(customer: TestClient) -> None:
    response = customer.post("/orders", json={"sku": "spoon", "quantity": 2})
    assert response.status_code == 201
    assert response.json() == {"sku": "spoon", "quantity": 2, "total": 600}


def test_order_is_confirmed_by_mail(customer: TestClient) -> None:
    mailer.send = Mock()
    customer.post("/orders", json={"sku": "apron"})
    mailer.send.assert_called_once_with("alice@shop.example", "Your order", "1 x Linen apron")


@pytest.mark.usefixtures("as_alice")
def test_total_counts_every_piece(client: TestClient) -> None:
    response = client.post("/orders", json={"sku": "teapot", "quantity": 3})
    assert response.json()["total"] == 10500


@pytest.mark.usefixtures("as_alice")
def test_unknown_products_cannot_be_ordered(client: TestClient) -> None:
    assert client.post("/orders", json={"sku": "sofa"}).status_code == 404


@pytest.mark.usefixtures("as_alice")
def test_history_lists_the_orders(client: TestClient) -> None:
    for sku in ("spoon", "apron"):
        client.post("/orders", json={"sku": sku})
    assert [order["sku"] for order in client.get("/orders").json()] == ["spoon", "apron"]
