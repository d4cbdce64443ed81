from shop.config import SESSION_COOKIE
from tests.clients import browser, log_in


def test_login_sets_the_cookie() -> None:
    log_in(browser)
    assert SESSION_COOKIE in browser.cookies


def test_members_are_greeted_by_name() -> None:
    assert browser.get("/").json()["greeting"] == "Welcome back, Alice"


def test_session_belongs_to_the_member() -> None:
    name = log_in(browser)
    assert browser.get("/session").json() == {"name": name}


def test_logout_ends_the_session() -> None:
    log_in(browser)
    assert browser.delete("/session").status_code == 204
    assert browser.get("/session").status_code == 401
