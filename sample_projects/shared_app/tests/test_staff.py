from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from shop import admin
from shop.config import STAFF_TOKEN
from shop.main import app
from tests.clients import browser, log_in


@pytest.fixture
def back_office() -> TestClient:
    """The browser of somebody who works here."""
    browser.headers["Authorization"] = f"Bearer {STAFF_TOKEN}"
    return browser


@pytest.fixture
def staff() -> TestClient:
    return TestClient(app, headers={"Authorization": f"Bearer {STAFF_TOKEN}"})


@pytest.fixture
def open_doors() -> Iterator[None]:
    """Let everybody into the back office."""
    admin.app.dependency_overrides[admin.require_staff] = lambda: None
    yield
    admin.app.dependency_overrides.pop(admin.require_staff)


def test_staff_starts_with_no_orders(back_office: TestClient) -> None:
    assert back_office.get("/admin/orders").json() == []


def test_staff_cannot_stock_unknown_products(back_office: TestClient) -> None:
    response = back_office.put("/admin/products/sofa/stock", params={"count": 1})
    assert response.status_code == 404


def test_wrong_token(client: TestClient) -> None:
    response = client.get("/admin/orders", headers={"Authorization": "Bearer guess"})
    assert response.status_code == 401


def test_staff_sees_every_order(customer: TestClient, staff: TestClient) -> None:
    customer.post("/orders", json={"sku": "spoon"})
    customer.post("/orders", json={"sku": "teapot"})
    assert [order["sku"] for order in staff.get("/admin/orders").json()] == ["spoon", "teapot"]


def test_long_pages(customer: TestClient, staff: TestClient) -> None:
    admin.app.state.page_size = 50
    for _ in range(21):
        customer.post("/orders", json={"sku": "spoon"})
    assert len(staff.get("/admin/orders").json()) == 21


@pytest.mark.usefixtures("open_doors")
class TestStock:
    def test_stock_is_set(self, client: TestClient) -> None:
        response = client.put("/admin/products/apron/stock", params={"count": 3})
        assert response.json() == {"stock": 3}

    def test_customers_see_the_new_stock(self, client: TestClient) -> None:
        log_in(client, "bob")
        client.put("/admin/products/spoon/stock", params={"count": 0})
        assert client.get("/products/spoon").json()["available"] == 0
