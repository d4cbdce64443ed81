from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from shop.main import app
from shop.orders import InvoiceGateway, get_gateway


class Till:
    """A gateway that takes every payment up to a limit and keeps the receipts."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.receipts: list[tuple[str, int]] = []

    def charge(self, email: str, amount: int) -> bool:
        if amount > self.limit:
            return False
        self.receipts.append((email, amount))
        return True


@pytest.fixture
def till() -> Iterator[Till]:
    till = Till(limit=10_000)
    app.dependency_overrides[get_gateway] = lambda: till
    yield till
    app.dependency_overrides.pop(get_gateway)


def test_customer_is_charged(customer: TestClient, till: Till) -> None:
    customer.post("/orders", json={"sku": "spoon", "quantity": 4})
    assert till.receipts == [("alice@shop.example", 1200)]


def test_declined_payment_leaves_no_order(customer: TestClient) -> None:
    app.dependency_overrides[get_gateway] = lambda: Till(limit=100)
    assert customer.post("/orders", json={"sku": "apron"}).status_code == 402
    assert customer.get("/orders").json() == []
    app.dependency_overrides.clear()


@pytest.mark.parametrize(("amount", "accepted"), [(1, True), (0, False)])
def test_invoices_need_an_amount(amount: int, accepted: bool) -> None:
    assert InvoiceGateway().charge("alice@shop.example", amount) is accepted
