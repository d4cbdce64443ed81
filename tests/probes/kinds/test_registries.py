"""Registries of the standard library: what is registered is seen, and is taken away again."""

from __future__ import annotations

import codecs
import copyreg
import importlib.abc
import logging
import sys
import warnings
from collections.abc import Callable
from typing import Any

import pytest

from leakcheck.probes.kinds.registries import Probe
from leakcheck.recorder.comparing import differ


class Money:
    """What is pickled."""


class Finder(importlib.abc.MetaPathFinder):
    """Finds nothing."""


class Hook(importlib.abc.PathEntryFinder):
    """Finds nothing."""

    def __init__(self, path: str) -> None:
        raise ImportError


def codec(name: str) -> codecs.CodecInfo | None:
    return codecs.lookup("utf-8") if name == "shop_code" else None


def handler(error: UnicodeError) -> tuple[str, int]:
    return "", 1


def _register_codec() -> None:
    codecs.register(codec)
    codecs.lookup("shop_code")


CHANGES: dict[tuple[str, str], Callable[[], object]] = {
    ("codecs", "register"): _register_codec,
    ("codecs", "register_error['shop_error']"): lambda: codecs.register_error("shop_error", handler),
    ("copyreg", f"dispatch_table[class {__name__}.Money]"): lambda: copyreg.pickle(Money, lambda it: (Money, ())),
    ("logging", "_loggerClass"): lambda: logging.setLoggerClass(type("Mine", (logging.Logger,), {})),
    ("logging", "_logRecordFactory"): lambda: logging.setLogRecordFactory(logging.makeLogRecord),
    ("warnings", "onceregistry['shop']"): lambda: vars(warnings)["onceregistry"].update(shop=1),
    ("encodings.aliases", "aliases['shop_8']"): lambda: vars(sys.modules["encodings.aliases"])["aliases"].update(
        shop_8="utf_8"
    ),
    ("sys", "meta_path"): lambda: sys.meta_path.append(Finder()),
    ("sys", "path_hooks"): lambda: sys.path_hooks.append(Hook),
}


def present(values: Any) -> dict[Any, Any]:
    return {place: tuple(value) if isinstance(value, tuple) else value for place, value in values.items()}


@pytest.mark.parametrize("place", CHANGES)
def test_each_is_seen_to_change_and_is_put_back(place: tuple[str, str]) -> None:
    probe = Probe()
    before, glance = present(probe.read()), probe.glance()
    assert not differ(glance, probe.glance())
    CHANGES[place]()
    changed = present(probe.read())
    try:
        assert differ(glance, probe.glance())
        assert {each for each in {*before, *changed} if before.get(each) != changed.get(each)} == {place}
    finally:
        probe.put_back(*place, before.get(place))
    assert present(probe.read()) == before


def test_a_level_has_two_names() -> None:
    probe = Probe()
    before = present(probe.read())
    logging.addLevelName(7, "SHOUT")
    changed = {place for place, value in present(probe.read()).items() if before.get(place) != value}
    assert changed == {("logging", "_levelToName[7]"), ("logging", "_nameToLevel['SHOUT']")}
    for owner, key in changed:
        probe.put_back(owner, key, None)
    assert present(probe.read()) == before


def test_a_codec_that_was_found_is_forgotten() -> None:
    probe = Probe()
    before = probe.read()
    _register_codec()
    probe.put_back("codecs", "register", before["codecs", "register"])
    with pytest.raises(LookupError):
        codecs.lookup("shop_code")


def test_what_was_found_before_a_fork_is_what_is_found_without() -> None:
    prepared, other = Probe(), Probe()
    prepared.prepare()
    assert {name: value for name, value in prepared.read().items() if name[0] == "codecs"} == {
        name: value for name, value in other.read().items() if name[0] == "codecs"
    }
    assert ("codecs", "register") in prepared.read()
