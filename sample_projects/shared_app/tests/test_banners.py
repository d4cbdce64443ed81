from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from shop.main import app


@pytest.fixture(scope="module", autouse=True)
def home_banner() -> Iterator[str]:
    """The banner that hangs on the front page during this module."""
    banners = app.state.cache["banners"]
    before = dict(banners)
    banners["home"] = "Spring sale"
    yield banners["home"]
    banners.clear()
    banners.update(before)


def test_front_page_shows_the_banner(client: TestClient, home_banner: str) -> None:
    assert client.get("/").json()["banner"] == home_banner


def test_members_see_the_banner(customer: TestClient, home_banner: str) -> None:
    assert customer.get("/").json()["banner"] == home_banner


def test_banner_is_not_a_product(client: TestClient, home_banner: str) -> None:
    assert client.get("/products", params={"search": home_banner}).json() == []
