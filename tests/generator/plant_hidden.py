"""State that no look at Python objects can see: a C buffer in a closure, rows of a database in memory."""

from random import Random

from .model import Read, Reset, Slot, Write
from .parts import Feature, Way, code

BUFFER = '''
"""The level of NOUN, kept in a C buffer."""

import ctypes
from collections.abc import Callable

from fastapi import APIRouter

router = APIRouter(prefix="/NOUN", tags=["NOUN"])


def keep_level() -> tuple[Callable[[], int], Callable[[int], None]]:
    buffer = ctypes.create_string_buffer(1)

    def recall() -> int:
        return buffer.raw[0]

    def remember(value: int) -> None:
        buffer[0] = value  #@store

    return recall, remember


recall, remember = keep_level()
remember(10)
'''

DATABASE = '''
"""The level of NOUN, kept in a database in memory."""

import sqlite3

from fastapi import APIRouter

router = APIRouter(prefix="/NOUN", tags=["NOUN"])
database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
database.execute("CREATE TABLE level (value INTEGER)")
database.execute("INSERT INTO level VALUES (10)")


def recall() -> int:
    return int(database.execute("SELECT value FROM level").fetchone()[0])


def remember(value: int) -> None:
    database.execute("UPDATE level SET value = ?", (value,))  #@store
'''

ROUTE = """

@router.get("/level")
def NOUN_level() -> dict[str, int]:
    return {"level": recall()}


@router.put("/level/{value}")
def change_NOUN_level(value: int) -> dict[str, int]:
    remember(value)
    return {"level": recall()}
"""


def plant(noun: str, rng: Random) -> Feature:
    """A number that only the code that keeps it can tell."""
    return _feature(noun, BUFFER, Slot(noun, "hidden", "hidden", f"app.routers.{noun}", "level"))


def plant_database(noun: str, rng: Random) -> Feature:
    """A row of a table."""
    slot = Slot(noun, "memory_database", "databases", f"app.routers.{noun}:database", "level")
    return _feature(noun, DATABASE, slot)


def _feature(noun: str, template: str, slot: Slot) -> Feature:
    write = (Write(noun, f"{noun}.store"),)
    imports = frozenset({f"from app.routers import {noun}"})
    return Feature(
        noun=noun,
        slot=slot,
        router=code(template.rstrip() + "\n" + ROUTE, noun),
        url=f"/{noun}/level",
        key="level",
        clean="10",
        dirty="99",
        looking=(Read((noun,)),),
        pollutes=(
            Way(code("NOUN.remember(99)", noun), write, imports),
            Way(code('client.put("/NOUN/level/99")', noun), write, params=("client",)),
        ),
        cleans=(Way(code("NOUN.remember(10)", noun), (Reset((noun,)),), imports),),
    )
