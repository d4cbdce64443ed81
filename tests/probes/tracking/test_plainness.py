"""The recorder is not felt: what the suite sees of a tracked mapping is a dict, and pytest does as always."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leakcheck.probes.tracking.tracked_dict import TrackedDict, tracked


class Heard:
    """Listens to a tracked dict."""

    def __init__(self) -> None:
        self.reads: list[object] = []
        self.writes: list[object] = []

    def over(self, content: dict[Any, Any]) -> TrackedDict:
        return tracked(content, self.reads.append, self.writes.append)


def quiet(content: dict[Any, Any]) -> TrackedDict:
    return Heard().over(content)


SAME: dict[str, Callable[[Any], Any]] = {
    "repr": repr,
    "equal": lambda d: (d == {"a": 1, "b": [2]}, d == {"a": 1, "b": [2]}, d != {}, d != {}),
    "copy": lambda d: d.copy(),
    "copy.copy": copy.copy,
    "deepcopy": copy.deepcopy,
    "pickle": lambda d: pickle.loads(pickle.dumps(d)),
    "pickle 0": lambda d: pickle.loads(pickle.dumps(d, 0)),
    "json": json.dumps,
    "json indent": lambda d: json.dumps(d, indent=1, sort_keys=True),
    "or": lambda d: d | {"c": 3},
    "ror": lambda d: {"c": 3} | d,
    "dict()": dict,
    "stars": lambda d: {**d},
    "list": list,
    "sorted": sorted,
    "reversed": lambda d: list(reversed(d)),
    "len": len,
    "bool": bool,
    "in": lambda d: ("a" in d, "z" in d),
    "get": lambda d: (d.get("a"), d.get("z"), d.get("z", 7)),
    "views": lambda d: (list(d.keys()), list(d.values()), list(d.items())),
    "pop": lambda d: (d.pop("a"), d.pop("z", 5), dict(d)),
    "popitem": lambda d: (d.popitem(), dict(d)),
    "setdefault": lambda d: (d.setdefault("a", 9), d.setdefault("z", 9), dict(d)),
    "update": lambda d: (d.update(c=1), d.update({"e": 1}), d.update([("f", 2)]), dict(d)),
    "clear": lambda d: (d.clear(), dict(d)),
    "isinstance": lambda d: isinstance(d, dict),
    "fromkeys": lambda d: type(d).fromkeys("ab") == dict.fromkeys("ab"),
    "proxy": lambda d: dict(MappingProxyType(d)),
    "format": lambda d: f"{d}",
}


@pytest.mark.parametrize("name", SAME)
def test_it_does_what_a_dict_does(name: str) -> None:
    use = SAME[name]
    plain, watched = use({"a": 1, "b": [2]}), use(quiet({"a": 1, "b": [2]}))
    assert watched == plain
    assert type(watched) is type(plain)


@pytest.mark.parametrize("missing", [lambda d: d["z"], lambda d: d.pop("z"), lambda d: d.__delitem__("z"), hash])
def test_it_fails_as_a_dict_does(missing: Callable[[Any], Any]) -> None:
    with pytest.raises((KeyError, TypeError)) as plain:
        missing({"a": 1})
    with pytest.raises(plain.type):
        missing(quiet({"a": 1}))


def test_patch_dict_puts_everything_back() -> None:
    watched = quiet({"a": 1})
    with patch.dict(watched, {"b": 2}, clear=True):
        assert watched == {"b": 2}
    assert watched == {"a": 1}
    assert type(watched) is TrackedDict


@pytest.mark.parametrize(
    ("use", "reads", "writes"),
    [
        (lambda d: d["a"], ["a"], []),
        (lambda d: d.get("z"), ["z"], []),
        (lambda d: "a" in d, ["a"], []),
        (lambda d: d.__setitem__("b", 1), [], ["b"]),
        (lambda d: d.__delitem__("a"), [], ["a"]),
        (lambda d: d.pop("a"), [], ["a"]),
        (list, [TrackedDict.ALL], []),
        (lambda d: d.clear(), [], [TrackedDict.ALL]),
        (lambda d: d.update(b=1), [], [TrackedDict.ALL]),
        (lambda d: d.__ior__({"b": 1}), [], [TrackedDict.ALL]),
    ],
)
def test_it_tells_of_reads_and_writes(use: Callable[[Any], Any], reads: list[object], writes: list[object]) -> None:
    heard = Heard()
    use(heard.over({"a": 1}))
    assert (heard.reads[: len(reads) or None], heard.writes) == (reads, writes)


@given(st.dictionaries(st.text(), st.integers()), st.dictionaries(st.text(), st.integers()))
def test_any_content(content: dict[str, int], other: dict[str, int]) -> None:
    watched = quiet(content)
    assert watched == content
    assert watched | other == content | other
    watched |= other
    assert type(watched) is TrackedDict
    assert dict(watched) == content | other
