"""Cookies and headers that clients keep: TestClient, httpx and httpx2, sync and async, of every scope."""

from __future__ import annotations

import importlib.util

import pytest

from support import Audited, Project

pytestmark = pytest.mark.processes

HTTPX2 = importlib.util.find_spec("httpx2") is not None
ANSWER = """
    import {module} as http

    def answer(request):
        return http.Response(200, headers={{"set-cookie": "seen=1"}}, text=request.headers.get("cookie", "none"))

    client = http.Client(transport=http.MockTransport(answer), base_url="http://x.test")
    waiting = http.AsyncClient(transport=http.MockTransport(answer), base_url="http://x.test")
"""
HTTP = """
    import pytest
    from {name}_clients import client, waiting

    def test_response_sets_a_cookie():
        client.get("/")

    def test_cookies_are_replaced():
        client.cookies = {{"fresh": "1"}}

    def test_headers_are_updated():
        client.headers.update({{"X-Tenant": "blue"}})

    def test_headers_are_replaced():
        client.headers = {{"X-Other": "red"}}

    @pytest.mark.anyio
    async def test_async_response_sets_a_cookie():
        await waiting.get("/")

    @pytest.mark.anyio
    async def test_async_header():
        waiting.headers["X-Tenant"] = "green"

    def test_put_back():
        before = client.headers.get("X-Gone")
        client.headers["X-Gone"] = "1"
        del client.headers["X-Gone"]
        client.cookies.set("brief", "1")
        client.cookies.delete("brief")
        assert before is None

    def test_reads():
        client.get("/")
"""
APP = """
    from fastapi import FastAPI, Response
    from fastapi.testclient import TestClient

    app = FastAPI()

    @app.get("/login")
    def login(response: Response):
        response.set_cookie("session", "abc")

    @app.get("/")
    def index():
        return {}

    everybodys = TestClient(app)
"""
CONFTEST = """
    import pytest
    from app import app
    from fastapi.testclient import TestClient

    @pytest.fixture
    def anyio_backend():
        return "asyncio"

    @pytest.fixture(scope="session")
    def of_session():
        return TestClient(app)

    @pytest.fixture(scope="module")
    def of_module():
        with TestClient(app) as client:
            yield client

    @pytest.fixture
    def own():
        with TestClient(app) as client:
            yield client
"""
FIXTURES = """
    from app import everybodys

    def test_module_level_logs_in():
        everybodys.get("/login")

    def test_module_level_reads():
        everybodys.get("/")

    def test_session_client_logs_in(of_session):
        of_session.get("/login")

    def test_session_client_reads(of_session):
        of_session.get("/")

    def test_module_client_gets_a_header(of_module):
        of_module.headers.update({"X-Tenant": "blue"})

    def test_module_client_reads(of_module):
        of_module.get("/")

    def test_own_client(own):
        own.get("/login")
        own.headers["X-Tenant"] = "blue"
"""
NAMES = ("httpx", "httpx2") if HTTPX2 else ("httpx",)
PROJECT = Project(
    {
        "pytest.ini": "[pytest]\npythonpath = .\naddopts = -p anyio\nmarkers = anyio\n",
        "app.py": APP,
        "conftest.py": CONFTEST,
        "test_fixtures.py": FIXTURES,
        **{f"{name}_clients.py": ANSWER.format(module=name) for name in NAMES},
        **{f"test_{name}.py": HTTP.format(name=name) for name in NAMES},
    }
)


@pytest.fixture(scope="module")
def found() -> Audited:
    return PROJECT.audit("--random", "0")


def line_of(file: str, text: str) -> int:
    return next(n for n, line in enumerate(PROJECT.files[file].splitlines(), 1) if text in line)


def keys(found: Audited, owner: str, kind: str) -> dict[str, list[str]]:
    """key -> names of the polluters, of one owner."""
    table: dict[str, list[str]] = {}
    for leak in found.leaks(kind):
        if leak["owner"] == owner:
            table.setdefault(leak["key"], []).extend(each.partition("::")[2] for each in leak["polluters"])
    return table


def test_every_test_passes_in_every_order(found: Audited) -> None:
    assert set(found.verdicts.values()) == {"stable"}, found.text


@pytest.mark.parametrize("name", NAMES)
def test_cookies_of_a_client(found: Audited, name: str) -> None:
    table = keys(found, f"{name}_clients:client", "client_cookies")
    assert sorted(table) == ["fresh", "seen"]
    assert table["fresh"] == ["test_cookies_are_replaced"]
    assert set(table["seen"]) == {"test_response_sets_a_cookie", "test_reads"}
    (leak,) = [each for each in found.leaks("client_cookies", "fresh") if each["owner"].startswith(f"{name}_")]
    (source,) = leak["sources"]
    assert (source["file"], source["line"]) == (f"test_{name}.py", line_of(f"test_{name}.py", "client.cookies = {"))


@pytest.mark.parametrize("name", NAMES)
def test_headers_of_a_client(found: Audited, name: str) -> None:
    table = keys(found, f"{name}_clients:client", "client_headers")
    assert table["x-tenant"] == ["test_headers_are_updated"]
    assert table["x-other"] == ["test_headers_are_replaced"]
    assert "x-gone" not in table
    (leak,) = [each for each in found.leaks("client_headers", "x-other") if each["owner"].startswith(f"{name}_")]
    assert leak["before"] == "absent"
    assert leak["after"].startswith("secret #")


@pytest.mark.parametrize("name", NAMES)
def test_an_async_client(found: Audited, name: str) -> None:
    owner = f"{name}_clients:waiting"
    assert keys(found, owner, "client_cookies") == {"seen": ["test_async_response_sets_a_cookie"]}
    assert keys(found, owner, "client_headers") == {"x-tenant": ["test_async_header"]}
    (leak,) = [leak for leak in found.leaks("client_headers", "x-tenant") if leak["owner"] == owner]
    (source,) = leak["sources"]
    assert (source["line"], source["function"]) == (
        line_of(f"test_{name}.py", 'waiting.headers["X-Tenant"]'),
        "test_async_header",
    )


def test_a_module_level_test_client(found: Audited) -> None:
    (leak,) = [leak for leak in found.leaks("client_cookies", "session") if leak["owner"] == "app:everybodys"]
    assert leak["polluters"] == ["test_fixtures.py::test_module_level_logs_in"]
    assert leak["readers"] == ["test_fixtures.py::test_module_level_reads"]
    assert leak["impact"] == "read"
    assert leak["sources"][0]["line"] == line_of("test_fixtures.py", 'everybodys.get("/login")')


def test_a_session_fixtures_client(found: Audited) -> None:
    owner = "conftest.py::of_session (session fixture)"
    (leak,) = [leak for leak in found.leaks("client_cookies", "session") if leak["owner"] == owner]
    assert leak["polluters"] == ["test_fixtures.py::test_session_client_logs_in"]
    assert leak["readers"] == ["test_fixtures.py::test_session_client_reads"]


def test_a_module_fixtures_client(found: Audited) -> None:
    owner = "conftest.py::of_module (module fixture)"
    (leak,) = [leak for leak in found.leaks("client_headers", "x-tenant") if leak["owner"] == owner]
    assert leak["polluters"] == ["test_fixtures.py::test_module_client_gets_a_header"]
    assert leak["readers"] == ["test_fixtures.py::test_module_client_reads"]


def test_a_clients_own_fixture_leaks_nothing(found: Audited) -> None:
    polluters = {test for leak in found.report["leaks"] for test in leak["polluters"]}
    assert "test_fixtures.py::test_own_client" not in polluters
    assert not [test for test in polluters if test.endswith("test_put_back")]
