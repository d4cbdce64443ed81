"""What secrets look like in texts: forms and issued tokens that are found, texts that are none, and the price."""

from __future__ import annotations

import random
import re
import time

import pytest

from leakcheck.snapshots import secret_patterns
from leakcheck.snapshots.secret_forms import is_secret_text
from leakcheck.workspace.source_redaction import without_secrets

SECRET = (
    "AccountKey=abcd",
    "https://x.blob.core.windows.net/c?sv=2020&sig=abc%2F",
    "<password>hunter</password>",
    "'password' => 'abc'",
    "curl -u user:pass http://x",
    "curl --silent https://x --user bob:hunter",
    "db.example.com:5432:shop:bob:hunter",
    "*:*:*:bob:hunter",
    "machine example.com login bob password hunter",
    "https://hooks.slack.com/services/T000/B000/XXX",
    "https://discord.com/api/webhooks/123/abc",
    "https://x.webhook.office.com/webhookb2/abc",
    "the password is hunter",
    'The password is "hunter"',
    "Authorization: Basic abc",
    "authorization: Bearer abcd",
    "postgres://me:abc@host/db",
    "redis://:abc@host",
    '<add key="ApiKey" value="abc"/>',
    '{"name": "API_KEY", "value": "abc"}',
    "password: hunter",
    "password = hunter",
    "api-key=abc",
    "-----BEGIN RSA PRIVATE KEY-----",
    "ghp_0123456789abc",
    "PosixPath('/x/token=abc')",
    "password for bob is hunter",
    "mysql -u root -phunter",
    "sshpass -p hunter ssh x",
    "export AWS_SECRET_ACCESS_KEY=abc",
    "PGPASSWORD=abc psql",
    "Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=abc=",
    "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=abc==",
    "userPassword: abc",
    "dbPassword=abc",
    '<user name="x" password="abc"/>',
    "Cookie: session=abcdef",
    "https://abcdef0123456789abcdef0123456789@o1.ingest.sentry.io/1",
    "//registry.npmjs.org/:_authToken=abcd",
    "clientSecret=abc",
    "token => abc",
    "https://user:pa@ss@x.com",
    "http://x/?access_token=abc",
)
PLAIN = (
    "red",
    "hello world",
    "/usr/lib/python3.11/site-packages/foo/bar.py",
    "http://example.com/a/b?page=2&size=3",
    "2024-01-02T03:04:05+00:00",
    "the token is invalid",
    "password is required",
    "shop.main:app",
    "tests/test_a.py::test_x[a-b]",
    "a1:b2:c3:d4:e5:f6",
    "00:11:22:33:44:55",
    "2001:1234:abcd:ef01::1",
    "SELECT * FROM users WHERE id = 1",
    "application/json; charset=utf-8",
    "AttributeError: x has no attribute y",
    "test_environment_is_cleaned_up_behind_each_one",
    "<b>bold text</b>",
    "<title>Shop</title>",
    "12345678-1234-5678-1234-567812345678",
    "tests/test_a.py:12:5:E501 too long",
    "tests/a.py:12:5: error: x",
    "basic authentication is not supported",
    "user@example.com",
    "name: bob, age: 7",
    "git@github.com:me/x.git",
    "ssh://git@github.com/x",
    'x = {"a": 1}',
    "C:\\Users\\me\\file.txt",
    "http://127.0.0.1:8000",
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "abcdefghijklmnopqrstuvwxyz0123456789",
    "/home/me/Projects/MyProject/src/main/java/Foo2.java",
    "grep -u a:b",
)


@pytest.mark.parametrize("text", SECRET)
def test_forms_that_hold_a_secret(text: str) -> None:
    assert is_secret_text(text)
    assert is_secret_text(f"see: {text}" if not re.match(r"\S+:\S+:", text) else text)


@pytest.mark.parametrize("text", PLAIN)
def test_texts_that_hold_none(text: str) -> None:
    assert not is_secret_text(text)


def test_forms_are_looked_for_in_what_can_be_shown_and_everywhere_where_asked() -> None:
    far = "a b " * 100 + "token=abc"
    assert not is_secret_text(far)
    assert is_secret_text(far, len(far))


PIECES = (
    "a", "A1", "a:", "a=", "a b ", "key", "key=", "token", " is ", "password is ", "eyJ-", "eyJa", "@", ":@", "//",
    "://a", "<a>", "<a ", "name=a ", "name:key,", "curl ", " -u a", "basic ", "basic a", "bearer ",
    "aws", "awskey'", "'a", "\n", "a:1:", "*:*:", "login a ", "mysql ", "0", "1234567890", "sk", "AP", "-", "_",
    ".", "\\", "{", "pass", "Pass", "é",
)  # fmt: skip


def seconds(text: str) -> float:
    """CPU time of a look at all of `text`, as value and as source; the best of three."""
    best = 60.0
    for _ in range(3):
        began = time.process_time()
        is_secret_text(text, len(text))
        without_secrets(f"x = {text[: len(text) // 2]!r}\n{text[len(text) // 2 :]}", lambda value: False)
        best = min(best, time.process_time() - began)
    return best


@pytest.mark.parametrize("seed", range(12))
def test_twice_the_text_takes_about_twice_the_time(seed: int) -> None:
    """Texts of what the expressions begin with, over and over: there each could go back and forth the longest."""
    chance = random.Random(seed)
    pieces = PIECES[seed::12] + tuple("".join(chance.choices(PIECES, k=3)) for _ in range(3))
    for piece in pieces:
        short, long = (seconds(piece * (size // len(piece))) for size in (2_000, 16_000))
        assert long < 40 * max(short, 0.0005), piece


def test_every_repetition_has_a_bound_or_is_at_the_end() -> None:
    forms = [form for _, form in secret_patterns.FORMS] + [token for _, token in secret_patterns.ISSUED]
    assert [form for form in forms if re.search(r"(?<!\\)(?<!\[)[*+]\??(?![^\[]*\])", form)] == []


def test_each_service_stands_once() -> None:
    services = [service for service, _ in secret_patterns.ISSUED]
    assert len(set(services)) == len(services) > 40
