"""What a worker has and the host has not, in words."""

from __future__ import annotations

from dataclasses import replace

from leakcheck.engine.cluster.check import differences
from leakcheck.engine.cluster.terms import Seen

HOST = Seen(
    "0.1.0", "CPython 3.11.7 x86_64", {"httpx": "0.28.1", "anyio": "4.3"}, {"shop.py": "a", "tests/test_a.py": "b"}
)


def test_the_same_is_nothing() -> None:
    assert differences(HOST, replace(HOST, project="/elsewhere", worker="w1")) == []


def test_each_thing_that_differs_is_named() -> None:
    there = Seen(
        "0.2.0", "CPython 3.12.1 x86_64", {"httpx": "0.27.0", "trio": "0.25"}, {"shop.py": "c", "extra.py": "d"}
    )
    assert differences(HOST, there) == [
        "leakcheck is 0.2.0, and 0.1.0 here",
        "Python is CPython 3.12.1 x86_64, and CPython 3.11.7 x86_64 here",
        (
            "distributions: anyio is missing, and 4.3 here, httpx is 0.27.0, and 0.28.1 here, "
            "trio is 0.25, and missing here"
        ),
        "files: extra.py is there only, shop.py has another content, tests/test_a.py is missing",
    ]


def test_a_folder_without_the_project_is_one_word() -> None:
    assert differences(HOST, replace(HOST, sources={})) == ["files: none of the project's files is there"]


def test_many_are_counted() -> None:
    there = replace(HOST, sources={f"file{number}.py": "x" for number in range(9)})
    assert differences(HOST, there)[0].endswith(" and 6 more")
