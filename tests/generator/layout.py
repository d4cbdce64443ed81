"""Where the tests stand: the declared order, files in directories, classes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from random import Random

from .model import Model, Slot
from .parts import Entry, Scenario, Unit

DIRECTORIES = ("tests", "tests/api", "tests/flows", "tests/rules", "tests/rules/money")
SUBJECTS = ("accounts", "baskets", "checkout", "errors", "forms", "guests", "history", "journal", "lists")
ATTEMPTS = 5000


@dataclass(frozen=True)
class Block:
    """Tests in a class, or not."""

    class_name: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Sheet:
    """One test file."""

    path: str
    blocks: tuple[Block, ...]

    def ids(self) -> Iterator[tuple[str, Entry]]:
        """Every test of the file, in order."""
        for block in self.blocks:
            inside = f"{block.class_name}::" if block.class_name else ""
            for entry in block.entries:
                yield from ((f"{self.path}::{inside}{entry.name}{suffix}", entry) for suffix in entry.suffixes)


def declared_order(scenarios: list[Scenario], slots: tuple[Slot, ...], rng: Random) -> list[Unit]:
    """Units in a random order that keeps each scenario's own order, and in which all tests pass."""
    entries = [entry for scenario in scenarios for unit in scenario.units for entry in unit]
    model = Model(slots, {entry.name: entry.steps for entry in entries})
    for _ in range(ATTEMPTS):
        units = _shuffled(scenarios, rng)
        if all(trace.passed for trace in model.run([entry.name for unit in units for entry in unit])):
            return units
    raise ValueError("no green declared order found: fewer cleaners or brittle tests may help")


def _shuffled(scenarios: list[Scenario], rng: Random) -> list[Unit]:
    turns = [index for index, scenario in enumerate(scenarios) for _ in scenario.units]
    rng.shuffle(turns)
    waiting = [iter(scenario.units) for scenario in scenarios]
    return [next(waiting[index]) for index in turns]


def lay_out(units: list[Unit], files: int, rng: Random) -> tuple[Sheet, ...]:
    """Cut the units into files; the order of the files is the one in which pytest collects them."""
    paths = sorted(rng.sample(_paths(files), files), key=lambda path: path.split("/"))
    cuts = [0, *sorted(rng.sample(range(1, len(units)), files - 1)), len(units)]
    return tuple(
        Sheet(path, tuple(_blocks(units[start:end], rng)))
        for path, start, end in zip(paths, cuts, cuts[1:], strict=False)
    )


def _paths(files: int) -> list[str]:
    rounds = range(1 + files // (len(SUBJECTS) * len(DIRECTORIES)))
    names = [f"test_{subject}{number or ''}.py" for subject in SUBJECTS for number in rounds]
    return [f"{directory}/{name}" for directory in DIRECTORIES for name in names]


def _blocks(units: list[Unit], rng: Random) -> Iterator[Block]:
    """Some stretches of the file are classes."""
    numbers = [rng.randrange(len(units)) // 4 for _ in units]
    stretches = groupby(zip(sorted(numbers), units, strict=True), key=lambda pair: pair[0])
    for number, stretch in stretches:
        entries = tuple(entry for _, unit in stretch for entry in unit)
        yield Block(f"TestPart{number + 1}" if rng.random() < 0.3 else "", entries)
