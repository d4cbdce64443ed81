"""What the page's script works with, as plain and compact data: texts stand once and go by their number.

A test is its place in the list of tests. A test file, where an import leaks, is -1 minus its place in the list of
files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from leakcheck.records import Edge, Leak, Location, PathChange, Result, TestRun
from leakcheck.reports.page.text import Shown
from leakcheck.reports.terminal.diff import PHASES, LeftBehind, left_behind, remarks
from leakcheck.reports.wording.root_causes import grouped, how_of, proof_of, strongest
from leakcheck.reports.wording.sentences import PROOFS, WORDINGS
from leakcheck.reports.wording.words import clip, place, place_at, writers

LETTERS: Mapping[str, str] = {
    "passed": ".",
    "failed": "F",
    "error": "E",
    "skipped": "s",
    "xfailed": "x",
    "xpassed": "X",
    "crashed": "C",
    "timeout": "T",
    "not run": "-",
    "unknown": "?",
}
"""One letter for each outcome; a blank where a test was not asked."""

Json = dict[str, Any]


class Names:
    """Numbers for texts, in the order in which they come."""

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._numbers: dict[str, int] = {}

    def __call__(self, text: str) -> int:
        return self._numbers.setdefault(self._shown.text(text), len(self._numbers))

    @property
    def texts(self) -> list[str]:
        return list(self._numbers)


class Numbered:
    """Tests and files of one result by their numbers."""

    def __init__(self, result: Result, shown: Shown) -> None:
        self.shown, self._suite = shown, result.suite
        self.texts, self.files = Names(shown), Names(shown)
        self._tests = {test.id: number for number, test in enumerate(result.tests)}

    def test(self, name: str) -> int:
        number = self._tests.get(name)
        return -1 - self.files(name) if number is None else number

    def tests(self, names: Iterable[str]) -> list[int]:
        return [self.test(name) for name in names]

    def place(self, location: Location) -> int:
        return self.texts(place_at(location, self._suite.kind(location)))


def page_data(result: Result, shown: Shown) -> Json:
    """Everything that the script needs; equal results give equal data."""
    numbered = Numbered(result, shown)
    orders = order_names(result)
    data = {
        "orders": [shown.text(order) for order in orders],
        "outcomes": {letter: word for word, letter in LETTERS.items()},
        "tests": _tests(result, orders, numbered),
        "leaks": [_leak(leak, numbered) for leak in result.leaks],
        "ties": _ties(result, numbered),
        "traces": {str(numbered.test(run.test)): _trace(run, numbered) for run in result.runs},
        "phases": list(PHASES.values()),
        "hows": {how: [wording.one, wording.polluter, wording.proven] for how, wording in WORDINGS.items()},
        "proofs": dict(PROOFS),
    }
    return {**data, "texts": numbered.texts.texts, "files": numbered.files.texts}


def order_names(result: Result) -> tuple[str, ...]:
    """All orders of which outcomes are known, as the report lists them."""
    known = [order.name for order in result.orders]
    seen = dict.fromkeys(name for test in result.tests for name in test.outcomes)
    return (*(name for name in known if name in seen), *(name for name in seen if name not in known))


def _tests(result: Result, orders: Sequence[str], numbered: Numbered) -> list[list[Any]]:
    """[file, rest of the id, verdict, roles, outcomes, line, crash] of each test."""
    lines = {item.id: item.line for item in result.suite.tests}
    rows = []
    for test in result.tests:
        file, _, rest = test.id.partition("::")
        outcomes = "".join(LETTERS.get(test.outcomes.get(order, ""), " ") for order in orders)
        row: list[Any] = [numbered.files(file), numbered.shown.text(rest), numbered.texts(test.verdict)]
        row += [[numbered.texts(role) for role in test.roles], outcomes, lines.get(test.id, 0)]
        rows.append([*row, numbered.texts(test.crash)])
    return rows


def _leak(leak: Leak, numbered: Numbered) -> Json:
    return {
        "id": leak.id,
        "impact": leak.impact,
        "kind": numbered.texts(leak.location.kind),
        "owner": numbered.texts(leak.location.owner),
        "place": numbered.texts(place(leak)),
        "polluters": numbered.tests(leak.polluters),
        "victims": numbered.tests(leak.victims),
        "readers": numbered.tests(leak.readers),
        "fixtures": _fixtures(leak, numbered),
    }


def _fixtures(leak: Leak, numbered: Numbered) -> list[list[int]]:
    """[name, file, line] of the fixtures that write; none if some line that writes stands in no fixture."""
    if not all(source.fixture for source in leak.sources):
        return []
    found = ((source.fixture or "", source.file, source.line) for source in leak.sources)
    return [[numbered.texts(clip(name)), numbered.files(file), line] for name, file, line in dict.fromkeys(found)]


def _ties(result: Result, numbered: Numbered) -> list[list[Any]]:
    """[test, effect, leak, how, proof, polluters, witness, command], one for each test, effect and leak."""
    leaks = {leak.id: number for number, leak in enumerate(result.leaks)}
    by_test = grouped(result.edges, lambda edge: (edge.test, edge.effect, edge.leak))
    return [_tie(edges, leaks, numbered) for edges in by_test.values()]


def _tie(edges: Sequence[Edge], leaks: Mapping[str, int], numbered: Numbered) -> list[Any]:
    ranked = strongest(edges)
    best = ranked[0]
    polluters = [numbered.tests(each) for each in dict.fromkeys(edge.polluters for edge in ranked)]
    leak = leaks.get(best.leak or "", -1)
    head = [numbered.test(best.test), best.effect, leak, how_of(best), proof_of(best)]
    return [*head, polluters, numbered.tests(best.witness), numbered.shown.text(best.reproduce)]


def _trace(run: TestRun, numbered: Numbered) -> list[Any]:
    """[changes, reads] of a test; a change is [phase, place, parts, writers, remarks]."""
    reads = sorted({numbered.place(location) for location in run.reads})
    return [[_change(left, numbered) for left in left_behind([run])], reads]


def _change(left: LeftBehind, numbered: Numbered) -> list[Any]:
    change, texts = left.change, numbered.texts
    parts = change.paths or (PathChange("", change.before, change.after),)
    return [
        list(PHASES).index(left.phase),
        numbered.place(change.location),
        [[texts(clip(each)) for each in (part.path, part.before, part.after)] for part in parts],
        [texts(each) for each in writers(change.sources)],
        [texts(each) for each in remarks(left, 1)],
    ]
