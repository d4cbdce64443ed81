"""The nouns of the generator: lines that know what they write, fixtures, tests, features."""

from dataclasses import dataclass, field, replace

from .model import Slot, Step, Write

HERE = "here"
"""The mark of a line in a test or fixture, until it is known which."""

SHARED_CLIENT = "tests.shared:client"
SHARED_COOKIES = f"{SHARED_CLIENT} cookies"
OVERRIDES = "app.main:app dependency_overrides"

APP = "from app.main import app"
SHARED = "from tests import shared"
TEST_CLIENT = "from fastapi.testclient import TestClient"


@dataclass(frozen=True)
class Line:
    """A line of a generated file; `mark` names the write that it does, and is not written."""

    text: str
    mark: str = ""


Code = tuple[Line, ...]


def code(template: str, noun: str = "") -> Code:
    """The lines of a template: NOUN is filled in, and a line that ends in `  #@name` is marked."""
    return tuple(_line(text, noun) for text in template.strip("\n").replace("NOUN", noun).splitlines())


def _line(text: str, noun: str) -> Line:
    body, _, mark = text.partition("  #@")
    return Line(body, HERE if mark == HERE else f"{noun}.{mark}" if mark else "")


@dataclass(frozen=True)
class Way:
    """A way to pollute or to clean: statements, and what they do.

    `certain`: whatever ran before, the state is as wanted afterwards. `inline`: the writing line is in the
    statements, not in the application.
    """

    body: Code
    steps: tuple[Step, ...]
    imports: frozenset[str] = frozenset()
    params: tuple[str, ...] = ()
    certain: bool = True

    @property
    def inline(self) -> bool:
        """Is the writing line one of these?"""
        return any(line.mark == HERE for line in self.body)

    def at(self, place: str) -> "Way":
        """The same, its own line marked by the name of the test or fixture that it stands in."""
        body = tuple(replace(line, mark=place) if line.mark == HERE else line for line in self.body)
        return replace(self, body=body, steps=tuple(_placed(step, place) for step in self.steps))


def _placed(step: Step, place: str) -> Step:
    return replace(step, mark=place) if isinstance(step, Write) and step.mark == HERE else step


@dataclass(frozen=True)
class Feature:
    """A part of the application with one planted location.

    A GET of `url` answers JSON in which `key` shows the state; `clean` and `dirty` are source code.
    """

    noun: str
    slot: Slot
    router: Code
    url: str
    key: str
    clean: str
    dirty: str
    looking: tuple[Step, ...]
    pollutes: tuple[Way, ...]
    cleans: tuple[Way, ...]
    shared: bool = False
    setup: Code = ()
    dependency: Code = ()


@dataclass(frozen=True)
class Fixture:
    """A fixture of the generated suite, in the file of its test or, if `common`, in the top conftest."""

    name: str
    body: Code
    imports: frozenset[str] = frozenset()
    params: tuple[str, ...] = ()
    scope: str = "function"
    common: bool = False


@dataclass(frozen=True)
class Entry:
    """One test function; with `cases` it is parametrised, and every case is a test."""

    name: str
    body: Code
    steps: tuple[Step, ...] = ()
    imports: frozenset[str] = frozenset()
    params: tuple[str, ...] = ()
    fixtures: tuple[Fixture, ...] = ()
    asynchronous: bool = False
    parameter: str = ""
    cases: tuple[int | str, ...] = field(default=())

    @property
    def suffixes(self) -> list[str]:
        """What follows the function's name in the ids of its tests."""
        return [f"[{case}]" for case in self.cases] or [""]


Unit = tuple[Entry, ...]
"""Tests that stay together, in this order, in one file."""


@dataclass(frozen=True)
class Scenario:
    """Units in the order in which the declared order has to have them, and the features that they use."""

    units: tuple[Unit, ...]
    features: tuple[Feature, ...] = ()
    bait: bool = False
