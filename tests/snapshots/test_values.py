"""Photographs: equal for equal values, different for different ones, with a path, in any process."""

from __future__ import annotations

import datetime
import logging
import re
import subprocess
import sys
from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import SimpleNamespace
from typing import Any, NamedTuple
from unittest.mock import Mock
from uuid import UUID

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.snapshots.redaction import Redactor, without_secrets
from leakcheck.snapshots.secret_forms import is_secret_name, is_secret_text
from leakcheck.snapshots.snapshot import ABSENT, Node, Snapshot, differences, same
from leakcheck.snapshots.values import Snapshotter

CAMERA = Snapshotter(Redactor("salt"), lambda module: True)


def photo(value: object, name: str = "") -> Snapshot:
    return CAMERA.photograph(value, name)


def paths(before: object, after: object) -> list[tuple[str, str, str]]:
    return [row[:3] for row in differences(photo(before), photo(after))]


class Colour(Enum):
    RED = 1
    BLUE = 2


@dataclass
class Data:
    rows: list[int]


class Task(Data):
    """Not that of an event loop."""


class Login(NamedTuple):
    user: str
    password: str


class Slots:
    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


def closure() -> Callable[[], list[int]]:
    rows = [1]
    return lambda: rows


scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=60) | st.binary()
)
plain = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner, max_size=5) | st.tuples(inner)
    ),
    max_leaves=20,
)


@given(plain)
def test_a_value_is_the_same_as_itself_later(value: object) -> None:
    assert same(photo(value), photo(value))
    assert photo(value).digest() == photo(value).digest()
    assert differences(photo(value), photo(value)) == []


@given(plain, plain)
def test_two_values_are_the_same_if_they_look_the_same(one: object, other: object) -> None:
    if same(photo(one), photo(other)):
        assert repr(one) == repr(other)
        assert photo(one).digest() == photo(other).digest()
    else:
        assert differences(photo(one), photo(other))


DIFFERENT: list[tuple[Any, Any, str]] = [
    ({"a": 1}, {"a": 2}, '["a"]'),
    ({"a": {"b": [1, 2]}}, {"a": {"b": [1, 3]}}, '["a"]["b"][1]'),
    ([1], [1, 2], "[1]"),
    ({1}, {1, 2}, "{2}"),
    (Data([1]), Data([2]), ".rows[0]"),
    (Slots({"a": 1}), Slots({"a": 2}), '.value["a"]'),
    (SimpleNamespace(a=1), SimpleNamespace(a=2), ".a"),
    (deque([1]), deque([2]), "[0]"),
    (OrderedDict(a=1), OrderedDict(a=2), '["a"]'),
    (defaultdict(list, a=[1]), defaultdict(list, a=[2]), '["a"][0]'),
    ({("t", 1): 1}, {("t", 1): 2}, '[("t", 1)]'),
    (1, 2, ""),
    (1, 1.0, ""),
    (1, True, ""),
    ("1", 1, ""),
    (0.0, -0.0, ""),
    ([], (), ""),
    ({}, None, ""),
    (Colour.RED, Colour.BLUE, ""),
    (b"a", "a", ""),
    (bytearray(b"a"), bytearray(b"b"), ""),
    ("x" * 5000 + "a", "x" * 5000 + "b", ""),
    (list(range(500_000)), [*range(499_999), 0], ""),
    (set(range(1000)), {*range(999), 5000}, ""),
    (datetime.date(2024, 1, 1), datetime.date(2024, 1, 2), ""),
    (len, print, ""),
    (int, str, ""),
]


@pytest.mark.parametrize(("before", "after", "path"), DIFFERENT, ids=lambda value: str(value)[:20])
def test_a_difference_has_its_path(before: object, after: object, path: str) -> None:
    assert not same(photo(before), photo(after))
    assert photo(before).digest() != photo(after).digest()
    assert paths(before, after)[0][0] == path


def test_absent_is_neither_none_nor_empty() -> None:
    values: tuple[object, ...] = (None, "", {}, "absent")
    for value in values:
        assert not same(ABSENT, photo(value))


def test_new_and_gone_keys() -> None:
    assert paths({"a": 1}, {"b": 2}) == [('["a"]', "1", "absent"), ('["b"]', "absent", "2")]


CHANGES: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "list": (lambda: [1], lambda value: value.append(2)),
    "dict": (lambda: {"a": 1}, lambda value: value.update(a=2)),
    "many": (lambda: list(range(5000)), lambda value: value.append(1)),
    "wide dict": (lambda: {n: n for n in range(5000)}, lambda value: value.update({4999: 0})),
    "object": (lambda: Data([1]), lambda value: value.rows.append(1)),
    "a class that others have, too": (lambda: Task([1]), lambda value: value.rows.append(1)),
    "closure": (closure, lambda value: value().append(2)),
    "mock": (Mock, lambda value: value()),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_in_place_is_seen(name: str) -> None:
    make, change = CHANGES[name]
    value = make()
    before = photo(value)
    assert same(before, photo(value))
    change(value)
    assert not same(before, photo(value))


def test_another_object_that_looks_the_same_is_the_same() -> None:
    assert same(photo(Data([1])), photo(Data([1])))


def test_another_opaque_object_is_another() -> None:
    assert not same(photo(object()), photo(object()))
    assert not same(photo(lambda: 1), photo(lambda: 1))


def test_cycles_end() -> None:
    cycle: dict[str, Any] = {}
    cycle["self"] = cycle
    assert same(photo(cycle), photo(cycle))


def test_size_is_bounded() -> None:
    assert photo({f"k{n}": [{"n": n}] * 3 for n in range(10_000)}).size <= 3_000
    assert photo(list(range(500_000))).size < 10
    assert len(photo("x" * 10**6).text) < 200


def test_depth_is_bounded() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert photo(deep).size < 100


def boom(*_: object) -> Any:
    raise RuntimeError("touched")


NAMES = ("__repr__", "__str__", "__eq__", "__hash__", "__getattr__", "__getattribute__", "__reduce_ex__", "__len__",
         "__iter__", "__bool__", "__dir__", "__format__", "__instancecheck__", "__getitem__", "keys")  # fmt: skip


@pytest.mark.parametrize("base", [object, dict, list, set, tuple, str, int, deque], ids=lambda base: base.__name__)
def test_nothing_of_the_project_is_called(base: type[Any]) -> None:
    body: dict[str, Any] = dict.fromkeys(NAMES, boom)
    body["__class__"] = property(boom)
    value = type("Hostile", (base,), body)()
    assert photo(value).text
    assert photo({"a": [value], "b": (value, value)}).digest()


@pytest.mark.parametrize(
    ("name", "value", "hidden"),
    [
        ("api_token", "abc", True), ("password", "abc", True), ("Authorization", "Bearer x", True),
        ("anything", "Bearer abcdef", True), ("url", "postgres://me:pw@host/x", True), ("pin_token", 123456, True),
        ("colour", "blue", False), ("count", 123456, False), ("token", "", False), ("monkey", "banana", False),
    ],
)  # fmt: skip
def test_secrets_by_name_and_by_value(name: str, value: object, hidden: bool) -> None:
    text = photo(value, name).text
    assert (str(value) not in text or value == "") if hidden else text == repr(value)
    assert text.startswith("secret #") is hidden
    inside = photo({name: [value]}).root
    assert inside.parts is not None
    assert (str(value) in str(inside)) is not hidden or value == ""


TELLING = {
    True: "password db_pass dbPassword API_KEY apiKey X-API-Key accessKey pin authToken Authorization session_id "
          "sessions clientSecret smtppass cookies signingKey user.credentials SECRETKEY max_tokens",
    False: "monkey keyboard KEYBOARD passed compass author authorized shipping opinion spin side goodsname turkey "
           "design colour hockey expin",
}  # fmt: skip
FORMS = {
    True: (
        "postgres://me:pw@host/x", "redis://:pw/1@host", "me:pw@host", "Bearer abcdef", "Basic dTpw", "key: abcdef",
        "said token=abc123, twice", '{"password": "hunter2"}', "ghp_abcdefghijkl", "sk-live-abcdefgh1",
        "AKIAIOSFODNN7EXAMPLE", "eyJhbGciOi.eyJzdWI", "GET /x?api_key=abc123", "-----BEGIN RSA PRIVATE KEY-----",
    ),
    False: (
        "", "alice", "http://host:80/x", "2024-01-01 10:00:00", "KeyError: 'x'", "a token of love", "Our best mug",
        "tests/test_token.py::test_x", "task_something_else", "name=alice", "me@example.org",
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "secret"), [(name, secret) for secret, names in TELLING.items() for name in names.split()]
)
def test_names_that_tell_of_a_secret(name: str, secret: bool) -> None:
    assert is_secret_name(name) is secret


@pytest.mark.parametrize(("text", "secret"), [(text, secret) for secret, texts in FORMS.items() for text in texts])
def test_forms_that_tell_of_a_secret(text: str, secret: bool) -> None:
    assert is_secret_text(text) is secret


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"passwords": {"alice": ["s"]}}, '["passwords"][<digest>][0] <digest>'),
        ({"token": 1234, "max_tokens_count": 1234}, '["token"] <digest> ["max_tokens_count"] 1234'),
        ({"tokens": {"planted1": 1}}, '["tokens"][<digest>] <digest>'),
        ({"revoked_tokens": {"planted1"}}, '["revoked_tokens"]{<digest>} in the set'),
        ({"headers": [(b"authorization", b"s")]},
         '["headers"][0][0] b\'authorization\' ["headers"][0][1] <digest>'),
        ({"args": ["x", "--token", "s", "y"]},
         '["args"][0] \'x\' ["args"][1] \'--token\' ["args"][2] <digest> ["args"][3] \'y\''),
        ({"names": ["user", "password", "email", "age"]},
         '["names"][0] \'user\' ["names"][1] \'password\' ["names"][2] \'email\' ["names"][3] \'age\''),
        (Login("alice", "s"), "[0] 'alice' [1] <digest>"),
        ({"api_key": UUID(int=7)}, '["api_key"] <digest>'),
    ],
)  # fmt: skip
def test_what_is_in_a_secret_is_secret(value: object, text: str) -> None:
    assert " ".join(leaves(photo(value).root)) == text


def leaves(node: Node, way: str = "") -> list[str]:
    """The ways to all leaves, and their texts; digests are all alike."""
    if not node.parts:
        return [re.sub("secret #[0-9a-f]{12}", "<digest>", f"{way} {node.text}")]
    return [leaf for edge, part in node.parts for leaf in leaves(part, way + edge)]


@pytest.mark.parametrize(
    "value", ["p" * 60, bytearray(b"1234"), ["1234"] * 300, {"1234"} | set(map(str, range(999)))]
)
def test_no_number_tells_what_a_secret_is(value: object) -> None:
    """With another salt everything that is stored of it is another."""
    other = Snapshotter(Redactor("pepper"), lambda module: True)
    assert other.photograph(value).digest() != photo(value).digest()


def test_of_log_records_and_cookies_only_the_origin_is_told() -> None:
    record = logging.LogRecord("shop", logging.INFO, "x.py", 1, "token abc", ("abc",), None)
    assert photo(record).text == 'log record "INFO" of "shop"'
    cookies = httpx.Cookies({"seen": "abc"})
    assert "abc" not in str(leaves(photo(list(cookies.jar)).root))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (("--token", "abc", "tests"), ("--token", "…", "tests")),
        (("--api-key=abc", "-k", "token"), ("--api-key=…", "-k", "token")),
        (("--db", "postgres://me:pw@host/d"), ("--db", "…")),
        (("tests/test_token.py::test_x[token=abcd]", "-o", "env=TOKEN=abc"),
         ("tests/test_token.py::test_x[token=abcd]", "-o", "…")),
    ],
)  # fmt: skip
def test_arguments_are_shown_without_secrets(given: tuple[str, ...], shown: tuple[str, ...]) -> None:
    assert without_secrets(given) == shown


def test_equal_secrets_are_equal_and_another_salt_hides_it() -> None:
    assert same(photo("abc", "token"), photo("abc", "token"))
    assert not same(photo("abc", "token"), photo("abd", "token"))
    other = Snapshotter(Redactor("pepper"), lambda module: True)
    assert other.photograph("abc", "token").text != photo("abc", "token").text


def test_shown_values_are_shown() -> None:
    assert (
        Snapshotter(Redactor("s", show_values=True), lambda module: True).photograph("abc", "token").text == "'abc'"
    )


SCRIPT = """
from leakcheck.snapshots.redaction import Redactor
from leakcheck.snapshots.values import Snapshotter
camera = Snapshotter(Redactor("salt"), lambda module: True)
values = [{"a": [1, "x" * 500]}, {"s", "t", "u"}, list(range(5000)), set(map(str, range(600))), len, 1.5]
print([camera.photograph(value).digest() for value in values])
"""


@pytest.mark.processes
def test_digests_are_equal_in_every_process_with_one_hash_seed() -> None:
    command = [sys.executable, "-c", SCRIPT]
    first, second = (
        subprocess.run(command, env={"PYTHONHASHSEED": "7"}, capture_output=True, text=True, check=True).stdout
        for _ in range(2)
    )
    assert first == second
    assert len(set(first.strip("[]\n").split(", "))) == 6
