"""Source lines, with what looks secret in them hidden, and the rest as it is."""

from __future__ import annotations

import pytest

from leakcheck.audit.literals import without_secrets

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
    assert shown(text) == 'a = """…"""\n\n + "…"\nb = 1'


def test_what_is_no_python_is_shown_where_nothing_in_it_sounds_secret() -> None:
    text = "x = 1\ny = 'the password is abc\nnothing here"
    assert shown(text) == "x = 1\n…\nnothing here"
