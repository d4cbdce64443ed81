"""How a leak is mended, as code that carries the names of the leak."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import NamedTuple

from leakcheck.records import Leak

_DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


class Name(NamedTuple):
    """Something that a module holds."""

    module: str
    name: str

    @property
    def line(self) -> str:
        return f"from {self.module} import {self.name}\n"


def mend_example(leak: Leak) -> str:
    """Python that makes and takes away again what `leak` leaves behind; empty where no such form is known."""
    if any(source.phase == "import" for source in leak.sources):
        return _IMPORT
    make = _BY_KIND.get(leak.location.kind)
    return make(leak) if make is not None else ""


def _overrides(leak: Leak) -> str:
    app = _named(leak.location.owner, "main", "app")
    dependency = _named(leak.location.key, "main", "dependency")
    return (
        f"import pytest\n\n{dependency.line}{app.line}\n\n"
        f"@pytest.fixture\ndef {_fixture(leak, f'fake_{dependency.name}')}():\n"
        f"    {app.name}.dependency_overrides[{dependency.name}] = lambda: ...\n"
        f"    yield\n"
        f"    {app.name}.dependency_overrides.clear()  # or .pop({dependency.name}, None), to keep others\n"
    )


def _state(leak: Leak) -> str:
    module, key = _named(leak.location.owner, "main", "app").module, _attribute(leak.location.key)
    return (
        f"# {module}: all state is made here, once for each app\n"
        f"def create_app():\n    app = FastAPI()\n    app.state.{key} = ...\n    return app\n\n\n"
        f"# conftest.py: no test meets the app of another\n"
        f"@pytest.fixture\ndef app():\n    return create_app()\n\n\n"
        f"@pytest.fixture\ndef client(app):\n    with TestClient(app) as client:\n        yield client\n"
    )


def _cookies(leak: Leak) -> str:
    return (
        "import pytest\nfrom fastapi.testclient import TestClient\n\n\n"
        f"@pytest.fixture  # a client for each test, with a cookie jar of its own\n"
        f"def {_client(leak)}():\n    with TestClient(app) as client:\n        yield client\n"
    )


def _headers(leak: Leak) -> str:
    header = leak.location.key if re.fullmatch(r"[\w-]+", leak.location.key) else "authorization"
    return (
        f"def test_with_the_header({_client(leak)}):\n"
        f'    {_client(leak)}.get("/", headers={{"{header}": ...}})  # with this request only\n'
    )


def _environ(leak: Leak) -> str:
    key = leak.location.key if re.fullmatch(r"\w+", leak.location.key) else "NAME"
    return f'def test_with_the_variable(monkeypatch):\n    monkeypatch.setenv("{key}", "...")\n'


def _globals(leak: Leak) -> str:
    path = f"{leak.location.owner}.{leak.location.key}"
    if not _DOTTED.fullmatch(path):
        return ""
    return f'def test_with_the_fake(monkeypatch):\n    monkeypatch.setattr("{path}", ...)\n'


_IMPORT = (
    "import pytest\n\n\n"
    "@pytest.fixture\ndef arranged():\n"
    "    before = ...  # keep what is there\n    ...  # what the module's body does now\n"
    "    yield\n    ...  # put `before` back\n"
)
_BY_KIND: Mapping[str, Callable[[Leak], str]] = {
    "dependency_overrides": _overrides,
    "app_state": _state,
    "client_cookies": _cookies,
    "client_headers": _headers,
    "environ": _environ,
    "module_globals": _globals,
}


def _named(text: str, module: str, name: str) -> Name:
    """The two halves of `shop.main:app`; the defaults where `text` is none that an import statement can name."""
    head, _, tail = text.partition(":")
    usable = _DOTTED.fullmatch(head) and tail.isidentifier()
    return Name(head, tail) if usable else Name(module, name)


def _fixture(leak: Leak, default: str) -> str:
    names = (source.fixture for source in leak.sources if source.fixture and source.fixture.isidentifier())
    return next(names, default)


def _attribute(key: str) -> str:
    return key if key.isidentifier() else "name"


def _client(leak: Leak) -> str:
    tail = leak.location.owner.rpartition(":")[2]
    return tail if tail.isidentifier() else "client"
