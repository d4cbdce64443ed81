import pytest
from fastapi.testclient import TestClient


def test_wishlist_needs_a_login(client: TestClient) -> None:
    assert client.get("/wishlist").status_code == 401


def test_wishlist_starts_empty(customer: TestClient) -> None:
    assert customer.get("/wishlist").json() == []


@pytest.mark.usefixtures("as_alice")
def test_wishes_are_kept_once(client: TestClient) -> None:
    for sku in ("teapot", "mug", "teapot"):
        client.put(f"/wishlist/{sku}")
    assert client.get("/wishlist").json() == ["teapot", "mug"]


@pytest.mark.usefixtures("as_alice")
def test_wishes_can_be_dropped(client: TestClient) -> None:
    client.put("/wishlist/kettle")
    assert client.delete("/wishlist/kettle").status_code == 204
    assert client.get("/wishlist").json() == []
