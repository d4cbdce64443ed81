from tests.clients import browser


def test_guests_are_greeted() -> None:
    assert browser.get("/").json()["greeting"] == "Hello, guest"


def test_guests_have_no_session() -> None:
    assert browser.get("/session").status_code == 401


def test_guests_can_search() -> None:
    found = browser.get("/products", params={"search": "pot"}).json()
    assert found == [{"sku": "teapot", "name": "Iron teapot"}]


def test_back_office_is_closed_to_guests() -> None:
    assert browser.get("/admin/orders").status_code == 401
