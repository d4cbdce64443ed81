"""What `@pytest.mark.leakcheck(...)` asks for, as ignore rules that hold for the marked tests only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from leakcheck.analysis.gate.quoting import split
from leakcheck.hazards import by_code, is_hazard
from leakcheck.options import ANY, Ignore
from leakcheck.options.checks import did_you_mean
from leakcheck.records import Mark, Suite

LOCATION = ("kind", "owner", "key")


@dataclass(frozen=True)
class Rule:
    """An ignore rule, and the only tests that it holds for (None: no such bound)."""

    ignore: Ignore
    tests: frozenset[str] | None = None


def rules_of_marks(suite: Suite) -> list[Rule]:
    """One rule for each kind or location that a mark names, for all tests that share the mark."""
    tests: dict[Ignore, set[str]] = {}
    for item in suite.tests:
        for mark in item.marks:
            for text in mark.ignore if not mark.wrong else ():
                tests.setdefault(_ignore(text, mark), set()).add(item.id)
    return [Rule(ignore, frozenset(marked)) for ignore, marked in tests.items()]


def _ignore(text: str, mark: Mark) -> Ignore:
    kind, owner, key = [*split(text)[0], ANY, ANY][: len(LOCATION)]
    if is_hazard(kind):
        return Ignore(mark.reason, owner=owner, key=key, code=kind, origin=f"the mark on {mark.where}")
    return Ignore(mark.reason, kind, owner, key, origin=f"the mark on {mark.where}")


def wrong_marks(suite: Suite) -> tuple[str, ...]:
    """A sentence on everything that is wrong with the marks of the suite, each naming what carries the mark."""
    marks = dict.fromkeys(mark for item in suite.tests for mark in item.marks)
    return tuple(dict.fromkeys(f"{mark.where}: {text}" for mark in marks for text in _wrong(mark, suite)))


def _wrong(mark: Mark, suite: Suite) -> Iterator[str]:
    if mark.wrong:
        yield mark.wrong
    for text in mark.ignore:
        try:
            texts, comment = split(text)
        except ValueError as error:
            yield f"ignore={text!r}: {error}"
            continue
        if not 1 <= len(texts) <= len(LOCATION) or comment:
            yield f"ignore={text!r}: a kind, or kind, owner and key with blanks between are expected"
        elif texts[0] not in suite.kinds and not is_hazard(texts[0]):
            near = did_you_mean(texts[0], (*suite.kinds, *by_code()))
            yield f"ignore={text!r}: {texts[0]} is no kind of state and no hazard{near}"
