"""State that is easily overlooked: entries that are taken away, objects of the standard library in a module,
attributes of functions and of other packages' classes, defaults of arguments, settings of the interpreter."""

from random import Random

from .model import Read, Reset, Slot, Step, Write
from .parts import HERE, Code, Feature, Way, code

HEAD = '''
"""The limits of NOUN."""

IMPORTS

from fastapi import APIRouter

router = APIRouter(prefix="/NOUN", tags=["NOUN"])
'''

ENTRY = """
LIMITS = {"daily": 10, "weekly": 50}


@router.get("/limit")
def NOUN_limit() -> dict[str, int]:
    return {"limit": LIMITS.get("daily", 99)}
"""

FOREIGN = """

@router.get("/limit")
def NOUN_limit() -> dict[str, int]:
    return {"limit": getattr(Fraction, "NOUN_limit", 10)}
"""

DEQUE = """
RECENT = deque([10], maxlen=5)


@router.get("/limit")
def NOUN_limit() -> dict[str, int]:
    return {"limit": RECENT[-1]}
"""

EVENT = """
CLOSED = Event()


@router.get("/limit")
def NOUN_limit() -> dict[str, int]:
    return {"limit": 99 if CLOSED.is_set() else 10}
"""

DEFAULT = """

def limits_of(*more: int, known: list[int] = [10]) -> list[int]:
    known.extend(more)  #@store
    return known


@router.get("/limit")
def NOUN_limit() -> dict[str, int]:
    return {"limit": limits_of()[-1]}
"""

FUNCTION = """

@router.get("/limit")
def NOUN_limit() -> dict[str, int]:
    return {"limit": limit_of.highest}


def limit_of() -> int:
    return limit_of.highest


limit_of.highest = 10
"""

TIMEOUT = """

@router.get("/limit")
def NOUN_limit() -> dict[str, int]:
    return {"limit": int(socket.getdefaulttimeout() or 10)}
"""


def plant_entry(noun: str, rng: Random) -> Feature:
    """An entry that is taken out of a module's dict."""
    slot = Slot(noun, "entry_taken", "module_global", f"app.routers.{noun}", "LIMITS", '["daily"]')
    pollutes = ('NOUN.LIMITS.pop("daily", None)  #@here', "NOUN.LIMITS.clear()  #@here")
    return _feature(noun, slot, ENTRY, pollutes, 'NOUN.LIMITS["daily"] = 10')


def plant_foreign(noun: str, rng: Random) -> Feature:
    """An attribute of a class of the standard library."""
    slot = Slot(noun, "foreign_class", "module_global", "fractions", f"Fraction.{noun}_limit")
    pollutes = ("Fraction.NOUN_limit = 99  #@here", 'setattr(Fraction, "NOUN_limit", 99)  #@here')
    clean = 'if hasattr(Fraction, "NOUN_limit"):\n    del Fraction.NOUN_limit'
    return _feature(noun, slot, FOREIGN, pollutes, clean, "from fractions import Fraction")


def plant_deque(noun: str, rng: Random) -> Feature:
    """What a deque has last."""
    slot = Slot(noun, "held_deque", "module_global", f"app.routers.{noun}", "RECENT")
    pollutes = ("NOUN.RECENT.append(99)  #@here", "NOUN.RECENT.extend([11, 99])  #@here")
    return _feature(
        noun, slot, DEQUE, pollutes, "NOUN.RECENT.clear()\nNOUN.RECENT.append(10)", "from collections import deque"
    )


def plant_event(noun: str, rng: Random) -> Feature:
    """An event that stays set."""
    slot = Slot(noun, "held_event", "module_global", f"app.routers.{noun}", "CLOSED")
    return _feature(
        noun, slot, EVENT, ("NOUN.CLOSED.set()  #@here",), "NOUN.CLOSED.clear()", "from threading import Event"
    )


def plant_default(noun: str, rng: Random) -> Feature:
    """A default of an argument that is a list."""
    slot = Slot(noun, "default_argument", "module_global", f"app.routers.{noun}", "limits_of")
    clean = 'NOUN.limits_of.__kwdefaults__["known"][:] = [10]'
    return _feature(noun, slot, DEFAULT, ("NOUN.limits_of(99)",), clean)


def plant_function(noun: str, rng: Random) -> Feature:
    """An attribute of a function."""
    slot = Slot(noun, "function_attribute", "module_global", f"app.routers.{noun}", "limit_of.highest")
    pollutes = ("NOUN.limit_of.highest = 99  #@here", 'vars(NOUN.limit_of)["highest"] = 99  #@here')
    return _feature(noun, slot, FUNCTION, pollutes, "NOUN.limit_of.highest = 10")


def plant_timeout(noun: str, rng: Random) -> Feature:
    """The usual timeout of sockets."""
    slot = Slot(noun, "socket_timeout", "interpreter", "socket", "default timeout")
    pollutes = ("socket.setdefaulttimeout(99)  #@here",)
    return _feature(noun, slot, TIMEOUT, pollutes, "socket.setdefaulttimeout(None)", "import socket")


def _feature(noun: str, slot: Slot, body: str, pollutes: tuple[str, ...], clean: str, needs: str = "") -> Feature:
    return Feature(
        noun=noun,
        slot=slot,
        router=_router(body, noun, needs),
        url=f"/{noun}/limit",
        key="limit",
        clean="10",
        dirty="99",
        looking=(Read((noun,)),),
        pollutes=tuple(_way(noun, each, needs, _write(noun, each)) for each in pollutes),
        cleans=(_way(noun, clean, needs, Reset((noun,))),),
    )


def _write(noun: str, statement: str) -> Write:
    return Write(noun, HERE if "#@here" in statement else f"{noun}.store")


def _way(noun: str, statement: str, needs: str, step: Step) -> Way:
    is_own = "NOUN.LIMITS" in statement or statement.startswith(("NOUN.", "vars(NOUN"))
    return Way(code(statement, noun), (step,), frozenset({f"from app.routers import {noun}" if is_own else needs}))


def _router(body: str, noun: str, needs: str) -> Code:
    head = HEAD.strip().replace("IMPORTS\n\n", f"{needs}\n\n" if needs else "")
    return code(f"{head}\n{body}", noun)
