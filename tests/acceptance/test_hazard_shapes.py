"""Hazards of other shapes than those of the sample project: other names and scopes, classes, `unittest`, sockets,
mounted applications, Starlette, Pydantic settings. Each line that is to be told is marked; what looks alike and is
healthy is not.
"""

from __future__ import annotations

import re
from textwrap import dedent

import pytest

from support import Audited, Project

WEB = """
    import asyncio
    from contextlib import asynccontextmanager
    from functools import lru_cache
    from typing import Annotated
    from fastapi import APIRouter, Depends, FastAPI, WebSocket
    from pydantic_settings import BaseSettings, SettingsConfigDict
    from starlette.applications import Starlette
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    class Settings(BaseSettings):
        model_config = SettingsConfigDict(env_prefix="blog_")
        title: str = "Blog"
        theme: str = "light"

    @lru_cache
    def get_settings():
        return Settings()

    def current_author(): return "ann"
    def author_from_token(): return "token"
    def get_author(token: Annotated[str, Depends(author_from_token)]): return token
    def audit_log(): return None
    def other(): return 1

    class Pager:
        def __init__(self, page: int = 1): self.page = page

    ready = []
    def open_pool(): ready.append("pool")
    posts = APIRouter(dependencies=[Depends(audit_log)])
    posts.add_event_handler("startup", open_pool)

    @posts.get("/posts")
    def list_posts(pager: Annotated[Pager, Depends()], settings=Depends(get_settings)): return settings.title
    @posts.get("/author")
    def author(author=Depends(get_author)): return author
    @posts.websocket("/feed")
    async def feed(socket: WebSocket, author=Depends(current_author)):
        await socket.accept(); await socket.send_text(author); await socket.close()

    inner = FastAPI()
    @inner.get("/me")
    def me(author=Depends(current_author)): return author

    @asynccontextmanager
    async def lifespan(app):
        yield

    def make():
        app = FastAPI(lifespan=lifespan)
        app.include_router(posts)
        app.mount("/inner", inner)
        return app

    app = make()
    told_twice = FastAPI(lifespan=lifespan, on_startup=[open_pool])  # LK506
    told_once = FastAPI(on_startup=[open_pool])

    @app.on_event("shutdown")  # LK506
    async def close_pool(): ready.clear()

    async def home(request): return PlainTextResponse("home")
    star = Starlette(routes=[Route("/", home)], lifespan=lifespan)
    star_quiet = Starlette(routes=[Route("/", home)])

    class Middleware:
        def __init__(self, app): self.app = app
        async def __call__(self, scope, receive, send): await self.app(scope, receive, send)
"""

CONFTEST = """
    import pytest
    from fastapi.testclient import TestClient
    from blog.web import app, current_author, author_from_token, audit_log, Pager, other

    def pytest_configure(config):
        app.state.from_hook = 1

    @pytest.fixture
    def client():
        with TestClient(app) as client:
            yield client

    @pytest.fixture
    def anyio_backend(): return "asyncio"

    @pytest.fixture
    def shared_overrides():
        app.dependency_overrides = {audit_log: lambda: None, other: lambda: 2}  # LK501
        yield
        app.dependency_overrides = {}

    app.dependency_overrides[author_from_token] = lambda: "conf"  # LK507
"""

OVERRIDES = """
    import pytest
    from unittest import TestCase
    from blog.web import *
    from fastapi.testclient import TestClient
    from httpx import AsyncClient, ASGITransport

    class TestOverrides:
        def test_router_wide(self, client, shared_overrides):
            assert client.get("/posts").status_code == 200

        def test_sub_dependency(self, client):
            app.dependency_overrides[get_author] = lambda extra=Depends(other): extra
            app.dependency_overrides[other] = lambda: 5
            assert client.get("/author").json() == 5
            del app.dependency_overrides[other]
            del app.dependency_overrides[get_author]

        def test_class_dependency(self, client, monkeypatch):
            monkeypatch.setitem(app.dependency_overrides, Pager, lambda: Pager(3))
            assert client.get("/posts").status_code == 200

        def test_socket(self, client, monkeypatch):
            monkeypatch.setitem(app.dependency_overrides, current_author, lambda: "eve")
            with client.websocket_connect("/feed") as socket:
                assert socket.receive_text() == "eve"

        def test_mounted(self, client, monkeypatch):
            monkeypatch.setitem(app.dependency_overrides, current_author, lambda: "mounted")  # LK501
            assert client.get("/inner/me").json() == "ann"

    def test_another_application(monkeypatch):
        own = make()
        monkeypatch.setitem(app.dependency_overrides, author_from_token, lambda: "own")  # LK501
        with TestClient(own) as client:
            assert client.get("/author").json() == "token"

    def test_the_same_application(monkeypatch):
        own = make()
        monkeypatch.setitem(own.dependency_overrides, author_from_token, lambda: "own")
        with TestClient(own) as client:
            assert client.get("/author").json() == "own"

    @pytest.mark.anyio
    async def test_async(monkeypatch):
        monkeypatch.setitem(app.dependency_overrides, get_settings, lambda: Settings(title="x"))
        async with AsyncClient(transport=ASGITransport(app), base_url="http://b") as c:
            assert (await c.get("/posts")).json() == "x"

    @pytest.mark.anyio
    async def test_async_wrong(monkeypatch):
        monkeypatch.setitem(app.dependency_overrides, Settings, lambda: Settings(title="x"))  # LK501
        async with AsyncClient(transport=ASGITransport(app), base_url="http://b") as c:
            assert (await c.get("/posts")).json() == "Blog"

    class TestUnit(TestCase):
        client = TestClient(star)  # LK502

        def test_star(self):
            assert self.client.get("/").text == "home"

        def test_star_quiet(self):
            assert TestClient(star_quiet).get("/").text == "home"

        def test_wrapped(self):
            assert TestClient(Middleware(star)).get("/").text == "home"  # LK502

    class TestOpened:
        def setup_method(self):
            self.client = TestClient(star)
            self.client.__enter__()

        def teardown_method(self):
            self.client.__exit__(None, None, None)

        def test_opened(self):
            assert self.client.get("/").text == "home"
"""

ENVIRONMENT = """
    import os
    import pytest
    from blog.web import *

    @pytest.fixture(autouse=True)
    def themed(monkeypatch):
        monkeypatch.setenv("BLOG_THEME", "dark")  # LK511

    @pytest.fixture(autouse=True, scope="module")
    def warm():
        get_settings()

    def test_cached():
        assert get_settings().theme == "light"

    def test_unrelated(monkeypatch):
        monkeypatch.setenv("BLOG_NOTHING", "1")
        monkeypatch.setenv("HOME", "/nowhere")
        monkeypatch.delenv("PATH", raising=False)
"""

SETTINGS = """
    import os
    from functools import lru_cache
    from pydantic import AliasChoices, Field
    from pydantic_settings import BaseSettings

    MODE = os.environ.get("BLOG_MODE", "plain")

    def _title(): return os.environ.get("BLOG_CACHED", "Blog")
    cached_title = lru_cache(_title)

    class Loader:
        @staticmethod
        @lru_cache
        def load(): return os.environ.get("BLOG_LOADED", "no")

    class Server(BaseSettings):
        host: str = Field(default="here", validation_alias=AliasChoices("BLOG_HOST", "HOST_OF_BLOG"))

    server = Server()
"""

NAMES = "from blog.settings import MODE as LOOK, Loader, cached_title as title_now, server\n"

PATCHED = """
    import os
    import subprocess
    import sys
    from unittest.mock import patch
    from blog.names import LOOK, Loader, server, title_now
    from blog.web import Settings

    @patch.dict(os.environ, {"BLOG_MODE": "loud"})  # LK511
    def test_decorated():
        assert LOOK == "plain"

    def test_with_block():
        with patch.dict(os.environ, {"BLOG_MODE": "still"}):  # LK511
            assert LOOK == "plain"

    @patch.dict(os.environ, {"BLOG_MODE": "of a class"})
    class TestClass:
        def test_of_class(self):  # LK511
            assert LOOK == "plain"

    def test_cached_under_another_name():
        title_now()
        with patch.dict(os.environ, BLOG_CACHED="Other"):  # LK511
            assert title_now() == "Blog"

    def test_cached_on_a_class(monkeypatch):
        Loader.load()
        monkeypatch.setenv("BLOG_LOADED", "yes")  # LK511
        assert Loader.load() == "no"

    @patch.dict(os.environ, {"BLOG_TITLE": "Other"})
    def test_direct():
        assert Settings().title == "Other"

    def test_alias_of_a_field(monkeypatch):
        monkeypatch.setenv("HOST_OF_BLOG", "there")  # LK511
        assert server.host == "here"

    @patch.dict(os.environ, {"BLOG_NEW": "1"}, clear=True)
    def test_with_nothing_else():
        assert list(os.environ)[:1] == ["BLOG_NEW"]

    def test_read_behind_another_patch(monkeypatch):
        monkeypatch.setenv("BLOG_TITLE", "Third")
        with patch.dict(os.environ, {"BLOG_NEW": "1"}, clear=True):
            assert "BLOG_TITLE" not in os.environ
        assert Settings().title == "Third"

    def test_of_a_process():
        with patch.dict(os.environ, BLOG_MODE="child"):
            subprocess.run([sys.executable, "-c", "pass"], check=True)

    def test_cleared_before_and_after():
        title_now.cache_clear()
        with patch.dict(os.environ, BLOG_CACHED="New"):
            assert title_now() == "New"
        title_now.cache_clear()
"""

LOOPS = """
    import asyncio
    import httpx
    import pytest
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    from threading import Thread
    from blog.web import app
    from collections import Counter
    from pydantic import BaseModel
    from dataclasses import dataclass, field
    from sqlalchemy import text
    from sqlalchemy.ext.asyncio import create_async_engine

    kept = []

    class Draft(BaseModel):
        lines: list[str] = []

    class Shelf:
        door = asyncio.Condition()  # LK509
        async def open(self):
            async with self.door: return 1

    @dataclass
    class Guarded:
        lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @pytest.fixture(scope="session")
    def queue(): return asyncio.Queue()  # LK509

    @pytest.fixture(scope="class")  # LK510
    def draft(): return Draft()

    @pytest.fixture(scope="session")
    def guarded(): return Guarded()  # LK509

    @pytest.fixture(scope="session")
    def registry(): return {"a": object()}

    @dataclass(slots=True)
    class Page:
        words: list[str] = field(default_factory=list)

    @pytest.fixture(scope="session")  # LK510
    def page(): return Page()

    @pytest.fixture(scope="module")  # LK510
    def visits(): return Counter()

    class TestDraft:
        def test_counted(self, page, visits):
            visits["home"] += 1
            page.words.append("word")
        def test_one(self, draft):
            draft.lines.append("x")
        def test_two(self, draft, registry):
            assert draft.lines in ([], ["x"])
            assert registry

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self): self.send_response(204); self.end_headers()
        def log_message(self, *_): pass

    @pytest.fixture(scope="module")
    def address():
        with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
            Thread(target=server.serve_forever).start()
            yield f"http://127.0.0.1:{server.server_address[1]}"
            server.shutdown()

    pages = httpx.AsyncClient(trust_env=False)  # LK509
    in_memory = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://b")

    @pytest.mark.anyio
    @pytest.mark.parametrize("number", [1, 2])
    async def test_pages(number, address):
        assert (await pages.get(address)).status_code == 204
        assert (await in_memory.get("/posts")).status_code == 200
        async with httpx.AsyncClient(trust_env=False) as own:
            assert (await own.get(address)).status_code == 204

    engine = create_async_engine("sqlite+aiosqlite://")

    @pytest.mark.anyio
    async def test_connections():
        kept.append(await engine.connect())  # LK508
        async with engine.connect() as connection: await connection.execute(text("select 1"))

    @pytest.mark.anyio
    async def test_q1(queue, guarded):
        assert await Shelf().open() == 1
        await queue.put(1); await queue.get()
        async with guarded.lock: pass

    @pytest.mark.anyio
    async def test_q2(queue, guarded):
        assert await Shelf().open() == 1
        await queue.put(1); await queue.get()
        async with guarded.lock: pass
        background = asyncio.create_task(asyncio.sleep(0))
        await background
"""

FILES = {
    "blog/__init__.py": "",
    "blog/web.py": WEB,
    "tests/conftest.py": CONFTEST,
    "tests/test_overrides.py": OVERRIDES,
    "blog/settings.py": SETTINGS,
    "blog/names.py": NAMES,
    "tests/test_environment.py": ENVIRONMENT,
    "tests/test_patched.py": PATCHED,
    "tests/test_loops.py": LOOPS,
    "pytest.ini": "[pytest]\npythonpath = .\n",
}
MARK = re.compile(r"# (LK\d+)")


@pytest.fixture(scope="module")
def found() -> Audited:
    return Project(FILES).audit("--random", "0", "--", "-p", "anyio")


def marked() -> set[tuple[str, str, int]]:
    return {
        (mark, file, number)
        for file, text in FILES.items()
        for number, line in enumerate(dedent(text).splitlines(), start=1)
        for mark in MARK.findall(line)
    }


def test_all_that_is_marked_is_told_and_nothing_else(found: Audited) -> None:
    findings = [each for each in found.report["findings"] if each["code"].startswith("LK5")]
    assert {(each["code"], each["file"], each["line"]) for each in findings} == marked(), found.text
    assert len(findings) == len(marked())


def test_every_test_is_green_in_every_order(found: Audited) -> None:
    assert set(found.verdicts.values()) == {"stable"}, found.text
