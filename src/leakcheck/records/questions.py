"""What an execution is made to find out. It is stored with its order, and matched wherever an answer is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from leakcheck.records.locations import Location

OrderKind = Literal["declared", "reversed", "random", "worker", "isolated", "pairs", "confirm"]
"""What reports call the orders that were run."""


@dataclass(frozen=True, slots=True)
class Whole:
    """How does the whole suite behave in this order? With `backwards`, in the reverse of it; a random one has a
    `seed`. `name` is what reports call it, where the kind does not say it. The way of a "worker" is that part of
    the suite which one of several processes runs."""

    way: Literal["declared", "reversed", "random", "worker"] = "declared"
    seed: int | None = None
    backwards: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Control:
    """How does the whole suite behave in plain pytest, without the recorder; under another hash seed than that of
    the audit, if it names one?"""

    hash_seed: str = ""


@dataclass(frozen=True, slots=True)
class Collect:
    """What does the suite consist of? Nothing runs."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Which sequence does the project's own shuffling plugin make of this seed? Nothing runs."""

    seed: int


@dataclass(frozen=True, slots=True)
class Alone:
    """How does one test behave where no other test file was even imported; and, with `again`, when it is run a
    second time in the same process?"""

    again: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """What can one test read, by the names in the code that it runs alone? To listen takes half of a test's time
    again, and can be noticed: it is asked where it spares more, and is no evidence of anything else."""


@dataclass(frozen=True, slots=True)
class Row:
    """How do tests of one file behave as good as alone: one behind the other, all fixtures torn down in between, as
    long as each has left nothing? The first is alone. Who left something, or did not simply pass, is the last."""


@dataclass(frozen=True, slots=True)
class Pair:
    """How do tests behave behind the first `makers` ones, which leave a value that they read?"""

    makers: int = 1


@dataclass(frozen=True, slots=True)
class Company:
    """How does each of several tests that leave nothing behave behind the first `makers` ones; and, if `restore`
    names locations, when these are put back in between? Many witnesses in one execution, as none meets another."""

    makers: int = 1
    restore: tuple[Location, ...] = ()


@dataclass(frozen=True, slots=True)
class Crowd:
    """How do tests behave behind all that was ever left, or much of it?"""


@dataclass(frozen=True, slots=True)
class Behind:
    """How does the last test behave behind the others: a witness?"""


@dataclass(frozen=True, slots=True)
class Printed:
    """Does the command that a report prints show the same? Plain pytest with these arguments, in a new process; or,
    with `warm`, in a fork of a process that has imported installed packages and nothing of the project."""

    arguments: tuple[str, ...]
    warm: bool = False


@dataclass(frozen=True, slots=True)
class Seeded:
    """How do tests behave in plain pytest with these arguments, in a new process whose hash seed is this? No other
    execution has another seed, so that it is no evidence of anything else."""

    arguments: tuple[str, ...]
    hash_seed: str


@dataclass(frozen=True, slots=True)
class Used:
    """How do tests behave in plain pytest with these arguments (none: those of the suite), in a new process, on
    databases as the plain run has left them? No other execution begins with these, so that it is no evidence of
    anything else."""

    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PutBack:
    """How does the last test behave behind the others, if these locations are put back before it (the
    counterfactual)? With `placebo` everything is done for that but the last step: nothing is put back."""

    locations: tuple[Location, ...]
    placebo: bool = False


@dataclass(frozen=True, slots=True)
class DeepLook:
    """What have the tests before the last changed anywhere in the process?"""


@dataclass(frozen=True, slots=True)
class DeepPutBack:
    """As `PutBack`, for locations that only a deep look knows."""

    locations: tuple[Location, ...]
    placebo: bool = False


@dataclass(frozen=True, slots=True)
class Pinpoint:
    """Which lines change these locations?"""

    locations: tuple[Location, ...]


Question = (
    Whole
    | Control
    | Collect
    | Drawn
    | Alone
    | Names
    | Row
    | Pair
    | Company
    | Crowd
    | Behind
    | Printed
    | Seeded
    | Used
    | PutBack
    | DeepLook
    | DeepPutBack
    | Pinpoint
)
Deep = DeepLook | DeepPutBack | Pinpoint
"""Questions for which every loaded module is looked at, before and behind. The last test's outcome is no evidence,
as to look takes its time and touches what it looks at."""


def kind_of(question: Question) -> OrderKind:
    """What reports call an order that asks this."""
    match question:
        case Whole(way=way):
            return way
        case Control():
            return "declared"
        case Alone() | Row():
            return "isolated"
        case Pair() | Company() | Crowd():
            return "pairs"
        case _:
            return "confirm"


def title(question: Question, tests: Sequence[str]) -> str:
    """A name for people, of an order that asks this of `tests`."""
    match question:
        case Whole():
            return _title_of_whole(question)
        case Control() | Collect() | Drawn() | Names():
            return type(question).__name__.lower()
        case Alone() | Row():
            return "isolated"
        case Pair(makers=makers) | Company(makers=makers):
            return f"pairs after {tests[makers - 1]}" if makers <= len(tests) else "pairs"
        case Crowd() | Used():
            return "pairs after a crowd" if isinstance(question, Crowd) else "on used databases"
    if isinstance(question, Seeded):
        tests = (*tests[:-1], f"{tests[-1]} under PYTHONHASHSEED={question.hash_seed}")
    return f"{tests[-1]} after {len(tests) - 1}" if tests else "nothing"


def _title_of_whole(question: Whole) -> str:
    if question.way != "random" or question.name:
        return question.name or question.way
    return f"random {question.seed} reversed" if question.backwards else f"random {question.seed}"


def hash_seed_of(question: Question) -> str:
    """The hash seed that its process shall have; "" for that of all others."""
    return question.hash_seed if isinstance(question, Control | Seeded) else ""


def arguments_of(question: Question) -> tuple[str, ...] | None:
    """What pytest is handed in place of what the user has said; None if that holds."""
    if isinstance(question, Used):
        return question.arguments or None
    return question.arguments if isinstance(question, Printed | Seeded) else None


def puts_back(question: Question) -> tuple[Location, ...]:
    """The locations that are put back on the way."""
    match question:
        case PutBack(locations) | DeepPutBack(locations) | Company(restore=locations):
            return locations
    return ()


def is_placebo(question: Question) -> bool:
    """Whether all is done for that but the last step."""
    return isinstance(question, PutBack | DeepPutBack) and question.placebo


def put_back_before(question: Question, tests: int) -> int:
    """Before which of so many tests, counted from 0, that is done."""
    return question.makers if isinstance(question, Company) else tests - 1


def compares_all(question: Question) -> bool:
    """Whether all watched state is compared at every boundary, not only what is known to have been touched."""
    return isinstance(question, Alone | Row | Behind | PutBack)


def asks_last(question: Question) -> bool:
    """Whether it is the last test that is asked about, behind the others."""
    return isinstance(question, Behind | Printed | PutBack | DeepLook | DeepPutBack | Pinpoint)
