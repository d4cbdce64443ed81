"""Secrets planted wherever a suite may have some: none of them is in any artifact of the audit, in any form."""

from __future__ import annotations

import base64
import html
import json
import os
import re
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from leakcheck.cli.main import main
from leakcheck.reports import formats
from leakcheck.reports.graphs import graph_formats
from support import Project, leakcheck

PLANTS = (
    "cookie", "set-by-server", "cookie-in-text", "header", "api-key-header", "odd-header", "environ",
    "override", "global", "global-list", "global-key", "argv", "flag", "assigned", "handler", "exception",
    "failure", "skip", "comment", "argument", "state", "nested", "in-list", "dataclass", "pydantic",
    "secret-str", "held", "url", "deep-url", "netloc", "raw-headers", "scope", "cookie-object", "auth", "closure",
    "partial", "key-of-tokens", "item-of-set", "named-tuple", "bytes", "bytearray", "jwt", "bearer", "issued",
    "pem", "json-text", "long-text", "many", "inside-exception", "log-record", "log-arguments", "path",
    "account-key", "sas", "xml", "php", "curl", "pgpass", "webhook", "spoken", "netrc", "yaml", "toml",
    "long-literal", "f-string", "joined", "warning", "printed", "exit", "shouldstop", "xfail", "document",
    "namespace", "path-key",
)  # fmt: skip
SPICY = {"nested": '"q\\é ', "global": "<&'>", "global-list": "%2F ", "state": "\t"}
TOKENS = {name: f"zq{number:02d}{SPICY.get(name, '')}Pl4nt/tok" for number, name in enumerate(PLANTS)}
PIN, LONG_PIN = 4815, 481516234207

SHOP = """
    import dataclasses, logging
    from fastapi import Depends, FastAPI
    from pydantic import BaseModel, SecretStr

    app = FastAPI()
    API_KEY = ""
    TOKENS = {}
    CREDENTIALS = []
    log = logging.getLogger("shop")

    class ApiToken:
        def __init__(self, value):
            self.value = value

    @dataclasses.dataclass
    class Database:
        host: str
        password: str

    class Model(BaseModel):
        client_secret: str = ""
        hidden: SecretStr = SecretStr("")

    def get_token():
        return "none"

    @app.get("/who")
    def who(token: str = Depends(get_token)):
        return token
"""
PLANT = """
    import argparse, collections, functools, logging, pathlib, urllib.parse
    import httpx, shop

    state = shop.app.state
    Login = collections.namedtuple("Login", "user password")

    def cookie(value):
        cookies = httpx.Cookies()
        cookies.set("c", value)
        return list(cookies.jar)[0]

    def everything(t):
        password = t["closure"]
        state.api_token = t["state"]
        state.settings = {"db": {"password": t["nested"]}, "passwords": {"alice": [t["in-list"]]}}
        state.database = shop.Database("plain-host", t["dataclass"])
        state.model = shop.Model(client_secret=t["pydantic"], hidden=t["secret-str"])
        state.holder = {"it": shop.ApiToken(t["held"])}
        state.url = "postgres://me:" + t["url"] + "@host/db"
        state.servers = [{"at": "redis://:" + t["deep-url"] + "@host"}]
        state.parts = urllib.parse.SplitResult("amqp", "me:" + t["netloc"] + "@host", "/x", "", "")
        state.kept = httpx.Headers({"X-Api-Key": t["raw-headers"]})
        state.scope = {"headers": [(b"authorization", t["scope"].encode())]}
        state.last = cookie(t["cookie-object"])
        state.auth = httpx.BasicAuth("alice", t["auth"])
        state.answer = [lambda: password]
        state.partial = {"who": functools.partial(str, token=t["partial"])}
        state.tokens = {t["key-of-tokens"]: "alice"}
        state.revoked_tokens = {t["item-of-set"]}
        state.login = Login("alice", t["named-tuple"])
        state.token_bytes = [t["bytes"].encode()]
        state.private_key = [bytearray(t["bytearray"].encode())]
        state.note = "eyJhbGciOi." + t["jwt"]
        state.said = "sent bearer " + t["bearer"]
        state.used = "ghp_0123456789" + t["issued"]
        state.file = "-----BEGIN RSA PRIVATE KEY-----" + t["pem"]
        state.body = '{"password": "' + t["json-text"] + '"}'
        state.page = "x" * 50 + "password=" + t["long-text"]
        state.many = [{"password": t["many"], "n": n} for n in range(600)]
        state.error = [ValueError(t["inside-exception"])]
        state.place = pathlib.PurePosixPath("/x/token=" + t["path"])
        state.storage = "AccountName=x;AccountKey=" + t["account-key"]
        state.link = "https://x.example/c?sv=2020&sig=" + t["sas"]
        state.xml = "<user><password>" + t["xml"] + "</password></user>"
        state.php = "['password' => '" + t["php"] + "']"
        state.call = "curl -u me:" + t["curl"] + " https://x.example"
        state.line = "db.example:5432:shop:me:" + t["pgpass"]
        state.hook = "https://hooks.slack.com/services/" + t["webhook"]
        state.help = "the password is " + t["spoken"]
        state.netrc = "machine x.example login me password " + t["netrc"]
        state.yaml = "user: me\\npassword: " + t["yaml"]
        state.toml = "[db]\\npassword = '" + t["toml"] + "'"
        state.options = argparse.Namespace(colour="plain-to-see", db_password=t["namespace"])
        state.places = {pathlib.PurePosixPath("/x/token=" + t["path-key"]): 1}
        state.records = [
            logging.LogRecord("shop", 20, "shop.py", 1, t["log-record"], (t["log-arguments"],), None)
        ]
"""
SUITE = """
    import logging.handlers, os, sys, uuid, warnings
    import plant, pytest, shop
    from fastapi import Response
    from fastapi.testclient import TestClient
    from shop import app

    state = app.state
    client = TestClient(app)
    plant.everything(dict.fromkeys(<<TOKENS>>, ""))

    @app.get("/login")
    def login(response: Response):
        response.set_cookie("sid", <<set-by-server>>)

    def test_clients():
        client.cookies.set("mine", <<cookie>>)
        client.get("/login")
        value = "theirs=" + <<cookie-in-text>>
        client.cookies.set(*value.split("="))
        client.headers["Authorization"] = "Bearer " + <<header>>
        client.headers["X-Api-Key"] = <<api-key-header>>
        client.headers["X-Shop"] = <<odd-header>>
        client.headers["Accept-Language"] = "plain-to-see"

    def test_environ():
        os.environ["SHOP_MODE"] = <<environ>>

    def test_everything():
        plant.everything(<<TOKENS>>)
        state.pin, state.card_pins, state.key_id = <<PINS>>, uuid.UUID(bytes=b"plantedplanted!!")
        state.colour = "plain-to-see"
        state.theme = "dark"  # as with token=<<comment>>

    def test_override():
        secret = <<override>>
        app.dependency_overrides[shop.get_token] = lambda: secret

    def test_globals():
        shop.API_KEY = <<global>>
        shop.TOKENS[<<global-key>>] = "alice"
        shop.CREDENTIALS.append(<<global-list>>)

    def test_argv():
        sys.argv[:] = ["shop", "--password", <<argv>>, "--token=" + <<flag>>, "API_KEY=" + <<assigned>>]

    def test_logs():
        shop.log.addHandler(logging.handlers.HTTPHandler("host", "/", credentials=("me", <<handler>>)))

    def test_raises():
        raise ValueError(<<exception>>)

    def test_fails():
        print(<<failure>>)
        assert <<failure>> == "x", <<failure>>

    def test_skips():
        pytest.skip(<<skip>>)

    def test_lines():
        state.size = len("a b " * 60 + <<long-literal>>), "<<LONG>> password=" + <<long-literal>>
        state.style = len(f"token={state.colour if hasattr(state, 'colour') else ''}<<RAW>>")
        state.shape = len("password=" "" <<joined>>)
        state.docs = len('''one
            password: <<RAWDOC>>
            two''')

    def test_warns():
        warnings.warn(<<warning>>)
        print(<<printed>>, file=sys.stderr)

    @pytest.mark.xfail(reason=<<xfail>>)
    def test_expected():
        raise ValueError(<<xfail>>)

    def test_stops(request):
        if not hasattr(state, "shape"):
            request.session.shouldstop = <<shouldstop>>

    def test_exits():
        if not hasattr(state, "shape"):
            pytest.exit(<<exit>>)

    def test_nobody_is_logged_in():
        assert not client.cookies

    @pytest.mark.parametrize("name", ["API_KEY", "TOKENS", "CREDENTIALS"])
    def test_nothing_is_known(name):
        assert not getattr(shop, name)
"""
FILES = {
    "shop.py": SHOP,
    "plant.py": PLANT,
    "conftest.py": """
        def pytest_addoption(parser):
            parser.addoption("--shop-token")
    """,
    "pytest.ini": "[pytest]\npythonpath = .\n",
}


def suite() -> str:
    """The suite, the secrets in it as its author would have written them."""
    values = {name: repr(token) for name, token in TOKENS.items()}
    values.update(TOKENS=repr(TOKENS), PINS=f"{PIN}, {LONG_PIN}", LONG="a b " * 60)
    values.update(RAW=TOKENS["f-string"], RAWDOC=TOKENS["document"])
    return re.sub("<<([A-Za-z-]+)>>", lambda found: values[found[1]], SUITE)


def written(text: str) -> Iterator[bytes]:
    """`text` in every form that an artifact may have it in."""
    data = text.encode()
    plain = {text, repr(text)[1:-1], json.dumps(text)[1:-1], html.escape(text), quote(text), quote_plus(text)}
    yield from (
        each.encode() for each in plain | {quote(text, safe=""), json.dumps(text, ensure_ascii=False)[1:-1]}
    )
    yield data.hex().encode()
    for shift in range(3):
        cut = 4 if shift else 0
        yield base64.b64encode(b"\0" * shift + data)[cut : -4 if (len(data) + shift) % 3 else None]


def in_the_clear(data: bytes) -> list[str]:
    """The tokens that are somewhere in `data`."""
    return [name for name, token in TOKENS.items() if any(form in data for form in written(token))]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The audited project, with what the terminal said in terminal.txt. A umask that hides nothing."""
    before = os.umask(0)
    os.environ["TMPDIR"] = str(tmp_path_factory.mktemp("tmp"))
    tempfile.tempdir = None
    try:
        with Project({**FILES, "test_s.py": suite()}).folder() as folder:
            given = ("--", f"--shop-token={TOKENS['argument']}")
            ended = leakcheck(folder, "run", "--lanes", "2", "--random", "0", *given)
            (folder / "terminal.txt").write_text(ended.text, "utf-8")
            yield folder
    finally:
        os.umask(before)
        del os.environ["TMPDIR"]
        tempfile.tempdir = None


@pytest.fixture
def told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> Callable[..., bytes]:
    """What a command prints."""
    monkeypatch.chdir(folder)

    def told(*command: str) -> bytes:
        assert main(command) in (0, 1)
        found = capfdbinary.readouterr()
        return found.out + found.err

    return told


def test_every_plant_was_found(told: Callable[..., bytes]) -> None:
    report = json.loads(told("report", "--json", "-"))
    keys = {(leak["kind"], leak["key"]) for leak in report["leaks"]}
    assert {("app_state", name) for name in re.findall(r"\bstate\.(\w+)", PLANT + SUITE)} <= keys
    assert {("client_cookies", name) for name in ("mine", "sid", "theirs")} <= keys
    assert {
        ("client_headers", name) for name in ("authorization", "x-api-key", "x-shop", "accept-language")
    } <= keys
    assert {("environ", "SHOP_MODE"), ("argv", "argv")} <= keys
    assert {("module_globals", name) for name in ("API_KEY", "CREDENTIALS", "TOKENS[…]")} <= keys
    assert ("dependency_overrides", "shop:get_token") in keys
    verdicts = {row["id"].partition("::")[2]: row["verdict"] for row in report["tests"]}
    assert verdicts["test_nobody_is_logged_in"] == verdicts["test_nothing_is_known[TOKENS]"] == "victim"


def test_what_stopped_runs_is_told_without_its_reason(folder: Path, told: Callable[..., bytes]) -> None:
    stored = b"".join(path.read_bytes() for path in (folder / ".leakcheck").rglob("*.jsonl"))
    assert b'"reason":"pytest.exit"' in stored
    assert b'"reason":"Interrupted"' in stored


def test_lines_with_secrets_are_shown_without_them(told: Callable[..., bytes]) -> None:
    page = html.unescape(told("report", "--html", "-").decode())
    for line in ("state.size = len(", "state.shape = len(", "state.docs = len(", "state.yaml ="):
        assert line in page


def test_what_is_not_secret_is_shown(told: Callable[..., bytes]) -> None:
    for command in (("report", "--json", "-"), ("report", "--html", "-"), ("diff", "test_everything")):
        assert b"plain-to-see" in told(*command), command


def test_nothing_stored_holds_a_secret(folder: Path) -> None:
    files = [path for path in (folder / ".leakcheck").rglob("*") if path.is_file()]
    assert len(files) > 10
    held = {path.name: found for path in files if (found := set(in_the_clear(path.read_bytes())) - {"argument"})}
    assert held == {}


def test_the_terminal_shows_no_secret(folder: Path, told: Callable[..., bytes]) -> None:
    assert in_the_clear((folder / "terminal.txt").read_bytes()) == []
    assert in_the_clear(told("report")) == []
    assert in_the_clear(told("report", "-v")) == []


@pytest.mark.parametrize("name", sorted(formats()))
def test_no_format_shows_a_secret(name: str, told: Callable[..., bytes]) -> None:
    found = told("report", f"--{name}", "-")
    assert len(found) > 50
    assert in_the_clear(found) == []


@pytest.mark.parametrize("name", sorted(graph_formats()))
def test_no_graph_shows_a_secret(name: str, told: Callable[..., bytes]) -> None:
    assert in_the_clear(told("graph", "--format", name)) == []


def test_nothing_that_is_told_of_one_test_shows_a_secret(told: Callable[..., bytes]) -> None:
    for test in ("test_clients", "test_everything", "test_globals", "test_nothing_is_known[TOKENS]", "test_fails"):
        for command in (("diff",), ("explain", "--no-run")):
            assert in_the_clear(told(*command, f"test_s.py::{test}")) == [], (command, test)


def test_no_baseline_holds_a_secret(folder: Path, told: Callable[..., bytes]) -> None:
    assert in_the_clear(told("baseline", "write") + told("baseline", "show")) == []
    baseline = folder / "leakcheck-baseline.txt"
    data = baseline.read_bytes()
    baseline.unlink()
    assert in_the_clear(data) == []
    assert "TOKENS[…]".encode() in data


def test_short_secrets_cannot_be_tried_out(folder: Path, told: Callable[..., bytes]) -> None:
    """Their digests need the salt, which is in no artifact; and no number stands beside them that needs none."""
    report = json.loads(told("report", "--json", "-"))
    (leak,) = [leak for leak in report["leaks"] if leak["key"] == "pin"]
    assert re.fullmatch("secret #[0-9a-f]{12}", leak["after"])
    (kept,) = Path(tempfile.gettempdir(), f"leakcheck-{os.getuid()}").glob("*.salt")
    salt = kept.read_bytes()
    files = [path for path in (folder / ".leakcheck").rglob("*") if path.is_file()]
    assert len(salt) >= 32
    assert not any(salt in path.read_bytes() for path in files)
    pins = re.compile(rf"(?<![0-9a-f#]){PIN}(?![0-9a-f])|{LONG_PIN}".encode())
    assert [path.name for path in files if pins.search(path.read_bytes())] == []


def test_only_the_owner_can_read_what_is_stored(folder: Path) -> None:
    """Whatever the umask: here it is 0."""
    stored = [folder / ".leakcheck", *(folder / ".leakcheck").rglob("*")]
    modes = {(path.is_dir(), stat.S_IMODE(path.stat().st_mode)) for path in stored}
    assert modes == {(True, 0o700), (False, 0o600)}
    place = Path(tempfile.gettempdir(), f"leakcheck-{os.getuid()}")
    assert stat.S_IMODE(place.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()} == {0o600}


def test_secrets_are_shown_when_asked_for() -> None:
    suite = f"""
        from fastapi import FastAPI
        app = FastAPI()

        def test_state():
            app.state.api_token = "{TOKENS["override"]}"
            app.state.logins = {{"passwords": ["{TOKENS["in-list"]}"]}}
    """
    found = Project({"test_s.py": suite}).audit("--random", "0", "--show-values")
    shown = json.dumps(found.report)
    assert TOKENS["override"] in shown
    assert TOKENS["in-list"] in b"".join(found.stored.values()).decode()
