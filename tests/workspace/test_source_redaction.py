"""Source lines, with what looks secret in them hidden, and the rest as it is."""

from __future__ import annotations

import pytest

from leakcheck.workspace.source_redaction import without_secrets

KNOWN = {"planted", "4711"}
SHOWN = (
    'app.state.colour = "red"',
    'client.headers["authorization"]',
    'response = client.get("/products/{number}")',
    'shop.RATES["vat"] = 7',
    'assert response.json() == {"name": "mug", "cents": 1200}',
    'client.cookies.set("shop_session", name)',
    "x = [1, 2, 3][0]  # why not",
)
HIDDEN = {
    'client.headers["authorization"] = "abc"': 'client.headers["authorization"] = "…"',
    'client.cookies.set("shop_session", "abc")': 'client.cookies.set("shop_session", "…")',
    'monkeypatch.setenv("API_KEY", "abc")': 'monkeypatch.setenv("API_KEY", "…")',
    'password: str = "abc"': 'password: str = "…"',
    'login("alice", password="abc", again=True)': 'login("alice", password="…", again=True)',
    'x = {"user": "alice", "password": "abc", "age": 7}': 'x = {"user": "alice", "password": "…", "age": 7}',
    'client.auth = ("alice", "abc")': 'client.auth = ("…", "…")',
    "PIN = 4815": "PIN = …",
    'value = "planted"': 'value = "…"',
    'value = "sid=planted; Path=/"': 'value = "…"',
    "value = 4711": "value = …",
    'url = "postgres://me:abc@host/db"': 'url = "…"',
    'name = "hunter22"': 'name = "…"',
    'name = "my-secret-value"': 'name = "…"',
    'header = f"Bearer {abcd}"': 'header = f"…"',
    "x = 1  # token=abcdef": "x = 1  # …",
    "x = b'planted'": "x = b'…'",
}


def shown(text: str) -> str:
    lines = without_secrets(text, KNOWN.__contains__, {"shop_session"})
    return "\n".join(lines)


@pytest.mark.parametrize("line", SHOWN)
def test_what_is_no_secret_stays(line: str) -> None:
    assert shown(line) == line


@pytest.mark.parametrize("line", HIDDEN)
def test_what_looks_secret_is_hidden(line: str) -> None:
    assert shown(line).replace('f"Bearer {abcd}"', "") == HIDDEN[line]
    assert shown(f"def f():\n    {line}\n\nx = 'red'\n") == f"def f():\n    {HIDDEN[line]}\n\nx = 'red'\n"


def test_lines_keep_their_numbers() -> None:
    text = 'a = """planted\n1\n2""" + "planted"\nb = 1'
    assert shown(text) == 'a = """…\n1\n2""" + "…"\nb = 1'
    assert shown(text.replace("a =", "token =")) == 'token = """…"""\n\n + "…"\nb = 1'


def test_what_is_no_python_is_shown_where_nothing_in_it_sounds_secret() -> None:
    text = "x = 1\ny = 'the password is abc\nnothing here"
    assert shown(text) == "x = 1\ny = '…\nnothing here"


NEWER = {
    # Literals as newer Pythons read them: quotes and line breaks inside of f-strings, one inside another.
    'x = f"{\n  name\n}"\nos.environ["A"] = "planted"': 'x = f"{\n  name\n}"\nos.environ["A"] = "…"',
    'x = f"{d["planted"]} and {d["plain"]}"': 'x = f"{d["…"]} and {d["plain"]}"',
    'x = f"{d["planted"]!r:>{"planted"}}"': 'x = f"{d["…"]!r:>{"…"}}"',
    'x = f"{f"{f"{y}planted"}"}"': 'x = f"{f"{f"…"}"}"',
    'x = f"""{\n  "planted"  # planted\n}"""\ny = 1': 'x = f"""{\n  "…"  # …\n}"""\ny = 1',
    'x = t"{y} planted"': 'x = t"…"',
    # Literals that are one text for Python.
    'x = "plan" "ted"': 'x = "…" "…"',
    'x = ("plan"\n     "ted" + y)': 'x = ("…"\n     "…" + y)',
    # What was seen, encoded.
    'x = "cGxhbnRlZA=="': 'x = "…"',
    'x = "%70lanted"': 'x = "…"',
    'x = "706c616e746564"': 'x = "…"',
    'x = "a/planted/b"': 'x = "…"',
    # Far behind the beginning.
    f'x = "{"a b " * 200}planted"': 'x = "…"',
    f'x = "{"a b " * 200}token=abc"': 'x = "…"',
    'assert "abc" == self.password': 'assert "…" == self.password',
    'Path("/x/token=abc")': 'Path("…")',
    'x = """a\npassword: abc\nb"""': 'x = """a\n…\nb"""',
    'x = """\n<password>\nabc\n</password>"""': 'x = """…"""\n\n\n',
    'x = """-----BEGIN PRIVATE KEY-----\nabc\n"""': 'x = """…"""\n\n',
    # Without an end.
    "x = 'planted\ny = 1": "x = '…\ny = 1",
    'x = f"{planted\ny = 1': 'x = f"…\ny = 1',
    'x = f"{"planted\ny = 1': 'x = f"…\ny = 1',
    "x = '''\nplanted\n": "x = '''…\n\n",
}


@pytest.mark.parametrize("text", NEWER)
def test_literals_end_where_they_end_in_newer_pythons_and_what_has_no_end_is_hidden(text: str) -> None:
    assert shown(text) == NEWER[text]


ORDINARY = '''
class Reader(Base):
    """Reads the tokens of a session, one at a time.

    :param key: what the user typed. If the key is missing, a KeyError is raised.
    """

    encoding: str = "utf-8"

    def read(self, path: Path, *, limit: int = 4096) -> dict[str, str]:
        data = json.loads(path.read_text(encoding="latin-1"))  # the password is checked elsewhere
        log.info("read %s of %s in %.1f s", path.name, limit, time.monotonic() - began)
        return {f"{name}:{len(data)}": str(value) for name, value in data.items() if name != "version"}

@pytest.mark.parametrize(("number", "name"), [(1, "red"), (2, "blue"), (3, "MemoryObjectReceiveStream")])
def test_reader(number: int, name: str, tmp_path: Path) -> None:
    (tmp_path / "shop.json").write_text('{"name": "mug", "cents": 1200}')
    response = client.get(f"/products/{number}?page=2&size=10", headers={"accept": "application/json"})
    assert response.json() == {"id": 7, "created": "2024-05-06T07:08:09+00:00"}, "not found: is it there?"
    os.environ["SHOP_THEME"] = "dark"
    app.dependency_overrides[get_user] = lambda: User(name="alice", mail="alice@example.com")
    assert hashlib.new("sha256", b"").name == "sha256" and "SELECT * FROM users WHERE id = 1"
'''


def test_ordinary_code_stays_as_it_is() -> None:
    assert without_secrets(ORDINARY, lambda text: False) == ORDINARY.split("\n")
