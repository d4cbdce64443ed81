"""State of Python itself: module globals, class attributes, caches of functions."""

from dataclasses import replace
from random import Random

from .model import CLEAN, DIRTY, Read, Reset, Slot, Step, Write
from .parts import HERE, Code, Feature, Way, code

HEAD = '''
"""The limits of NOUN."""

from fastapi import APIRouter

router = APIRouter(prefix="/NOUN", tags=["NOUN"])
'''

GLOBAL = """
LIMIT = 10


@router.get("/limit")
def NOUN_limit() -> dict[str, int]:
    return {"limit": LIMIT}
"""

REGISTRY = """
LIMITS = {"users": {"1": 10}}


@router.get("/limit")
def NOUN_limit() -> dict[str, int]:
    return {"limit": sum(LIMITS["users"].values())}
"""

POLICY = '''

class Policy:
    """What NOUN allows."""

    limit = 10


@router.get("/limit")
def NOUN_limit() -> dict[str, int]:
    return {"limit": Policy.limit}
'''

CACHE = """
BASE = 10


@lru_cache
def limit_of(plan: str) -> int:
    return BASE


@router.get("/limit")
def NOUN_limit() -> dict[str, int]:
    return {"limit": limit_of("gold")}  #@fill
"""


def plant_global(noun: str, rng: Random) -> Feature:
    """A module's name bound anew."""
    slot = Slot(noun, "module_global_rebind", "module_global", f"app.routers.{noun}", "LIMIT")
    pollutes = (
        _way(noun, "NOUN.LIMIT = 99  #@here", Write(noun, HERE)),
        _patched(noun, 'patch.object(NOUN, "LIMIT", 99).start()  #@here'),
    )
    return _feature(noun, slot, _router(GLOBAL, noun), pollutes, _way(noun, "NOUN.LIMIT = 10", Reset((noun,))))


def plant_registry(noun: str, rng: Random) -> Feature:
    """A module's dict changed in place."""
    slot = Slot(noun, "module_global_in_place", "module_global", f"app.routers.{noun}", "LIMITS", '["users"]["42"]')
    read = Read((noun,))
    pollutes = (
        _way(noun, 'NOUN.LIMITS["users"]["42"] = 89  #@here', read, Write(noun, HERE)),
        _way(noun, 'NOUN.LIMITS["users"].update({"42": 89})  #@here', read, Write(noun, HERE)),
    )
    clean = _way(noun, 'NOUN.LIMITS["users"].pop("42", None)', read, Reset((noun,)))
    return _feature(noun, slot, _router(REGISTRY, noun), pollutes, clean)


def plant_class_attribute(noun: str, rng: Random) -> Feature:
    """A class attribute set on the class."""
    slot = Slot(noun, "class_attribute", "class_attribute", f"app.routers.{noun}:Policy", "limit")
    pollutes = (
        _way(noun, "NOUN.Policy.limit = 99  #@here", Write(noun, HERE)),
        _patched(noun, 'patch.object(NOUN.Policy, "limit", 99).start()  #@here'),
    )
    clean = _way(noun, "NOUN.Policy.limit = 10", Reset((noun,)))
    return _feature(noun, slot, _router(POLICY, noun), pollutes, clean)


def plant_cache(noun: str, rng: Random) -> Feature:
    """A cached result computed while its input was patched; who looks first, fills the cache rightly."""
    slot = Slot(noun, "lru_cache", "lru_cache", f"app.routers.{noun}:limit_of", "cache")
    cold = ((noun, CLEAN),)
    pollute = _way(
        noun,
        'monkeypatch.setattr(NOUN, "BASE", 99)\nassert NOUN.limit_of("gold") > 0  #@here',
        Read((noun,)),
        Write(noun, HERE, DIRTY, cold),
        params=("monkeypatch",),
    )
    clean = _way(noun, "NOUN.limit_of.cache_clear()", Reset((noun,)))
    router = _router(CACHE, noun, "from functools import lru_cache\n\n")
    feature = _feature(noun, slot, router, (replace(pollute, certain=False),), clean)
    return replace(feature, looking=(Read((noun,)), Write(noun, f"{noun}.fill", "warm", cold)))


def _router(body: str, noun: str, imports: str = "") -> Code:
    head = HEAD.strip().replace("from fastapi", f"{imports}from fastapi")
    return code(f"{head}\n\n{body}", noun)


def _feature(noun: str, slot: Slot, router: Code, pollutes: tuple[Way, ...], clean: Way) -> Feature:
    return Feature(
        noun=noun,
        slot=slot,
        router=router,
        url=f"/{noun}/limit",
        key="limit",
        clean="10",
        dirty="99",
        looking=(Read((noun,)),),
        pollutes=pollutes,
        cleans=(clean,),
    )


def _way(noun: str, statement: str, *steps: Step, params: tuple[str, ...] = ()) -> Way:
    return Way(code(statement, noun), steps, frozenset({f"from app.routers import {noun}"}), params)


def _patched(noun: str, statement: str) -> Way:
    """A mock that is started and never stopped."""
    way = _way(noun, statement, Write(noun, HERE))
    return replace(way, imports=way.imports | {"from unittest.mock import patch"})
