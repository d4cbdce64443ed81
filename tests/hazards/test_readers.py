"""Who reads in a frame, and keeps it: a cache is found under whatever name it has."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from types import FrameType

from leakcheck.hazards.readers import Caches, Reader, reader_in


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
    found, fields = reader_in(frame, Caches())
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
    found, _ = reader_in(_plain(), Caches())
    assert found is None or "the import of" in found.name


class _Counted(dict[str, object]):
    """The names of a module, and how often all of them were looked at."""

    looks = 0

    def values(self):  # type: ignore[no-untyped-def]
        self.looks += 1
        return super().values()


def test_a_module_without_a_cache_is_looked_through_once_and_again_when_it_has_another_name() -> None:
    names = _Counted({"__name__": "shop.settings"})
    exec(compile("import sys\ndef load():\n    return sys._getframe()", __file__, "exec"), names)
    load: Callable[[], FrameType] = names["load"]  # type: ignore[assignment]
    caches = Caches()
    assert [caches.around(load()) for _ in range(3)] == [None, None, None]
    assert names.looks == 1
    cached = names["get_settings"] = lru_cache(load)
    assert caches.around(cached()) is cached
