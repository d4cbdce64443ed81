"""What is true of a generated project."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields

from .model import Model

Sequences = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Source:
    """The project's innermost line that writes: `function` is a bare name, `fixture` the one it is."""

    file: str
    line: int
    function: str
    fixture: str | None


@dataclass(frozen=True)
class Leak:
    """One leaked location.

    `kind` is the location's (`app_state`), `planted` the one of the spec (`app_state_in_place`).
    `polluters`: every test that leaves it behind when run alone; `chains`: the sequences of tests that leave
    it behind while no part of them does.
    `readers`: every test that consults it before writing it when run alone. Any request through a client
    reads all its cookies and headers; who changes a container in place has fetched, so read, it; a
    dependency's override is read by a request for a route that depends on it.
    `victims`: victims and self-polluting tests that depend on it; `enables`: brittle tests that do.
    `impact` is read if a test reads it that another one leaves behind.
    """

    kind: str
    planted: str
    owner: str
    key: str
    path: str | None
    polluters: tuple[str, ...]
    chains: Sequences
    readers: tuple[str, ...]
    victims: tuple[str, ...]
    enables: tuple[str, ...]
    sources: tuple[Source, ...]
    impact: str


@dataclass(frozen=True)
class Cleaning:
    """All tests each of which, run between these polluters and this victim, makes the victim pass."""

    polluters: tuple[str, ...]
    victim: str
    cleaners: tuple[str, ...]


@dataclass(frozen=True)
class Truth:
    """`tests` in declared order; per victim its minimal polluter sets, each in an order that hurts."""

    tests: tuple[str, ...]
    victims: Mapping[str, Sequences]
    brittle: Mapping[str, Sequences]
    cleaners: tuple[Cleaning, ...]
    self_polluting: tuple[str, ...]
    leaks: tuple[Leak, ...]
    baits: tuple[str, ...]
    model: Model

    def passes(self, order: Sequence[str]) -> tuple[bool, ...]:
        """Does each test pass, when these run in this order in one process? A test may be named twice."""
        return tuple(trace.passed for trace in self.model.run(order))

    def to_json(self) -> str:
        """Everything but the model."""
        content = {field.name: _plain(getattr(self, field.name)) for field in fields(self) if field.name != "model"}
        return json.dumps(content, indent=1) + "\n"


def _plain(value: object) -> object:
    match value:
        case Leak() | Cleaning():
            return asdict(value)
        case tuple():
            return [_plain(item) for item in value]
        case _:
            return value
