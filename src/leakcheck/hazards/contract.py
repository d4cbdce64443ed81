"""What a hazard has to be: how it is seen inside the audited suite, and what is told of what was recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from types import ModuleType
from typing import Any, ClassVar, Protocol

from leakcheck.records import Execution, Finding, Location, Sighting, Source, Suite, TestRun


class Scene(Protocol):
    """What observers may ask of the recorder, and whom they tell what they see."""

    def tell(self, sighting: Sighting) -> None:
        """Something was seen in what runs now: the import of files, or a test."""

    def test(self) -> str:
        """The id of the test that runs now; "" before the first."""

    def source(self) -> Source | None:
        """The line of the project that runs now, None if there is none."""

    def place(self, file: str, line: int, function: str) -> Source:
        """A line of the project, as what runs now meets it."""

    def is_shared(self) -> bool:
        """Whether what runs now is the set-up or teardown of a fixture that several tests share."""

    def importing(self) -> Source | None:
        """The line that runs of the innermost of the project's own files whose body is executing; None if there is
        none."""

    def made_at(self, owner: object) -> Source | None:
        """Where an application or a client was made, if that was seen."""

    def made_during(self, owner: object) -> str:
        """The file, the innermost of the project's own, at whose import an application or a client was made; "" if
        it was made at none."""

    def name(self, owner: object) -> str:
        """A name of an application or a client that is the same in every process."""


@dataclass(frozen=True)
class Seen:
    """What was recorded of a suite: the runs of each process, in sequence."""

    suite: Suite
    processes: tuple[tuple[TestRun, ...], ...]

    @property
    def runs(self) -> Iterator[TestRun]:
        """All of them, whatever process they belong to."""
        return chain.from_iterable(self.processes)

    def is_of_tests(self, file: str) -> bool:
        """Whether it is a file of tests, or a conftest."""
        return file.rpartition("/")[2] == "conftest.py" or any(each.file == file for each in self.suite.tests)

    @classmethod
    def of(cls, suite: Suite, executions: Iterable[Execution]) -> Seen:
        return cls(suite, tuple(each.runs for each in executions))

    def sightings(self, code: str) -> Iterator[tuple[str, Sighting]]:
        """What was seen for `code`, each with its test; "" for what was seen before the first test."""
        yield from (("", each) for each in self.suite.sightings if each.code == code)
        yield from ((run.test, each) for run in self.runs for each in run.sightings if each.code == code)


class Hazard:
    """One hazard: its code and what it says in general, its observer, and what is told of what it saw.

    An observer runs inside the audited suite: it calls none of the project's code, keeps none of its objects alive,
    and changes nothing. Whatever it raises is dropped.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    """In one word, as code hosts want it."""
    short: ClassVar[str]
    help: ClassVar[str]
    fix: ClassVar[str]
    needs_all: ClassVar[bool] = False
    """Whether what some tests show, others may disprove: a run of a few tells nothing of it."""
    hears: ClassVar[frozenset[str]] = frozenset()
    """Kinds of state whose reads and writes it is told of."""

    def patches(self) -> Mapping[str, Callable[[ModuleType, Scene], None]]:
        """What to do with which module right after its import, keyed by the module's name."""
        return {}

    def read(self, kind: str, owner: object, key: str, scene: Scene) -> None:
        """The running code consults `key` of `owner`, which is of a kind that it hears of."""

    def written(self, kind: str, owner: object, key: str | None, scene: Scene) -> None:
        """The running code has just written `key` of `owner`, which is of a kind that it hears of; None when it may
        have written any."""

    def handed(self, definition: Any, source: Source, scene: Scene) -> None:
        """A fixture that several tests share was set up: `definition` is pytest's, `source` where it is defined."""

    def failed(self, error: BaseException, scene: Scene) -> None:
        """A phase of the test has ended with `error`, which it skips or fails by."""

    def rest(self, scene: Scene, *, over: bool) -> None:
        """The call of a test is at its end; or it is `over` with all its fixtures, or all files are imported."""

    def found(self, seen: Seen) -> Iterator[Finding]:
        """What is to be told: pure. Findings of this hazard are made by `finding`."""
        raise NotImplementedError

    def finding(
        self,
        title: str,
        why: str,
        source: Source,
        tests: Sequence[str],
        place: Location | None = None,
        *,
        about: str | None = None,
    ) -> Finding:
        """A finding at `source`; it is about the fixture or the file that this line belongs to, if to one (or
        `about` what is given), else about its tests."""
        maker = maker_of(source) if about is None else about
        shown = tuple(dict.fromkeys(test for test in tests if test))
        return Finding(
            self.code,
            "note",
            title,
            source.file,
            source.line,
            shown,
            None,
            self.fix,
            fixture=maker,
            why=why,
            place=place,
        )


def maker_of(source: Source) -> str:
    """The fixture, or the file at whose import it runs, that `source` belongs to; "" for a test."""
    if source.fixture is not None:
        return f"{source.file}::{source.fixture}"
    return source.file if source.phase == "import" else ""


def file_of(test: str) -> str:
    """The file of a test."""
    return test.partition("::")[0]


def by_line(seen: Iterable[tuple[str, Sighting]]) -> Mapping[tuple[str, str, int], list[tuple[str, Sighting]]]:
    """What was seen, by key and line; what has no line is left out."""
    found: dict[tuple[str, str, int], list[tuple[str, Sighting]]] = {}
    for test, each in seen:
        if each.source is not None:
            found.setdefault((each.key, each.source.file, each.source.line), []).append((test, each))
    return found
