from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from shop.catalogue import get_now
from shop.config import POSTAGE
from shop.main import app


@pytest.fixture
def at_hour() -> Iterator[Callable[[int], None]]:
    """Set the shop's clock for one test."""

    def set_clock(hour: int) -> None:
        app.dependency_overrides[get_now] = lambda: datetime(2024, 5, 2, hour)

    yield set_clock
    app.dependency_overrides.pop(get_now, None)


@pytest.mark.parametrize("subtotal", [300, 4999])
def test_small_orders_pay_postage(client: TestClient, subtotal: int) -> None:
    response = client.get("/delivery", params={"subtotal": subtotal})
    assert response.json()["postage"] == POSTAGE


def test_large_orders_are_sent_for_free(client: TestClient) -> None:
    assert client.get("/delivery", params={"subtotal": 5000}).json()["postage"] == 0


def test_free_delivery_can_be_suspended(client: TestClient) -> None:
    usual = app.state.free_shipping_from
    app.state.free_shipping_from = 1_000_000
    try:
        assert client.get("/delivery", params={"subtotal": 9000}).json()["postage"] == POSTAGE
    finally:
        app.state.free_shipping_from = usual


@pytest.mark.parametrize(("hour", "leaves"), [(9, "today"), (14, "tomorrow")])
def test_orders_leave_until_two(
    client: TestClient, at_hour: Callable[[int], None], hour: int, leaves: str
) -> None:
    at_hour(hour)
    assert client.get("/delivery", params={"subtotal": 100}).json()["leaves"] == leaves
