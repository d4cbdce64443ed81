"""Who reads in a frame, and keeps it: a cache is found under whatever name it has."""

from __future__ import annotations

import sys
from functools import lru_cache
from types import FrameType

from leakcheck.hazards.readers import Reader, reader_in


def _load() -> FrameType:
    return sys._getframe()


def _plain() -> FrameType:
    return sys._getframe()


other_name = lru_cache(_load)


class Loader:
    @staticmethod
    @lru_cache
    def static() -> FrameType:
        return sys._getframe()

    @classmethod
    @lru_cache
    def of_class(cls) -> FrameType:
        return sys._getframe()


@lru_cache
def named() -> FrameType:
    return sys._getframe()


def reader(frame: FrameType) -> Reader:
    found, fields = reader_in(frame)
    assert found is not None
    assert fields is None
    return found


def test_a_cached_function() -> None:
    found = reader(named())
    assert found.name == f"{__name__}:named"
    assert found.still_has_it
    named.cache_clear()
    assert not found.still_has_it


def test_under_another_name_and_on_a_class() -> None:
    assert reader(other_name()).name == f"{__name__}:_load"
    assert reader(Loader.static()).name == f"{__name__}:Loader.static"
    assert reader(Loader.of_class()).name == f"{__name__}:Loader.of_class"


def test_the_import_of_a_module() -> None:
    read: dict[str, object] = {"__name__": "shop.settings"}
    exec(compile("import sys\nframe = sys._getframe()", __file__, "exec"), read)
    frame = read["frame"]
    assert isinstance(frame, FrameType)
    found = reader(frame)
    assert found.name == "the import of shop.settings"
    assert found.still_has_it


def test_nobody_keeps_what_a_plain_function_reads() -> None:
    found, _ = reader_in(_plain())
    assert found is None or "the import of" in found.name
