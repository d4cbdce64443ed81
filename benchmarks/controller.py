"""What the search and its result cost beside the tests: `python benchmarks/controller.py [TESTS ...]`.

Not a test: pytest does not collect this file. Audits of models (tests/search/model.py) start no process, so what is
left is the controller's own work. Told are CPU seconds of this process: of the search without those that the model
itself needs, of reading the stored audit back, of deriving its result, and of writing it as JSON and as a page. The
memory is the most that this process has had by then, that of the model included. The picture is of all of them.
"""

from __future__ import annotations

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from plot import plot

from leakcheck.analysis import derive
from leakcheck.records import Cost, Execution, Order, Result
from leakcheck.reports import formats
from leakcheck.search.phases import settle
from leakcheck.search.session import AuditSession
from leakcheck.store import AuditFolder, read_audit
from leakcheck.wire import events
from search.model import (
    Model,
    ModelEngine,
    Step,
    clean,
    fails_if,
    fails_unless,
    look,
    opened,
    write,
)

GOALS = {1_000: 1.2, 2_000: 3.0, 10_000: 20.0}
CHAPTER = 40
"""So many tests share locations: a suite of twice the tests has twice the leaks."""
T = TypeVar("T")


@dataclass
class Timed(ModelEngine):
    """A model engine that knows what of the time is its own."""

    own: float = 0.0

    def _execution(self, tag: str, order: Order, tests: Sequence[str]) -> Execution:
        began = time.process_time()
        try:
            return super()._execution(tag, order, tests)
        finally:
            self.own += time.process_time() - began


def suite_of(tests: int, seed: int = 7) -> Model:
    """Chapters of tests, each with a polluter and a victim, by tracked state and by globals, a chain, a cleaner, a
    brittle test and many that read or do nothing, shuffled."""
    chance = Random(seed)
    names = [f"tests/test_{number // CHAPTER}.py::test_{number}" for number in range(tests)]
    programmes = [steps for chapter in range(-(-tests // CHAPTER)) for steps in _chapter(chapter, chance)]
    return Model(dict(zip(names, programmes, strict=False)))


def _chapter(number: int, chance: Random) -> list[tuple[Step, ...]]:
    a, b, c = (f"{name}{number}" for name in "abc")
    special: list[tuple[Step, ...]] = [
        (write(a),),
        (fails_if(**{a: "1"}),),
        (clean(a),),
        (write(b, **{a: "1"}),),
        (fails_unless(**{c: "1"}),),
        (write(c),),
    ]
    if number % 5 == 0:
        special += [(write(f"global{number}"),), (fails_if(**{f"global{number}": "1"}),)]
    rest = [
        (look(chance.choice((a, b, c))),) if chance.random() < 0.5 else () for _ in range(CHAPTER - len(special))
    ]
    steps = [*special, *rest]
    chance.shuffle(steps)
    return steps


def cpu(what: Callable[[], T]) -> tuple[float, T]:
    began = time.process_time()
    found = what()
    return time.process_time() - began, found


def searched(model: Model) -> tuple[float, float, AuditSession, Timed]:
    """(the controller's seconds, the model's, what was found, the engine)."""
    engine = Timed(model)
    bench = opened(engine)
    engine.own = 0.0
    seconds, _ = cpu(lambda: settle(bench))
    return seconds - engine.own, engine.own, bench, engine


def derived(bench: AuditSession) -> Result:
    cost = Cost(1, 1, 1, 1, 1, 1)
    return derive(bench.suite, bench.executions, cost=cost, leakcheck="0", engine="fork", lanes=1)


def stored(bench: AuditSession, place: Path) -> AuditFolder:
    """The audit on disk, as the recorder and the engine write it."""
    place.mkdir()
    folder = AuditFolder(place)
    folder.begin("audit")
    folder.append("audit", events.Begun("0", "2026-01-01T00:00:00+00:00", {}))
    folder.begin("suite")
    folder.append("suite", events.Collected(bench.suite))
    for each in bench.executions:
        folder.begin(each.id, each.order)
        folder.append(each.id, *(events.Finished(run) for run in each.runs), events.Deep(each.deep, each.modules))
        folder.close(each.id, events.Exit("finished", 0, 0.0))
    folder.append("audit", events.Completed(1.0))
    return folder


COLUMNS = ("search", "result", "read", "json", "html")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tests", type=int, nargs="*", default=list(GOALS))
    parser.add_argument("--plot", type=Path, help="where to put a picture of cost over tests")
    options = parser.parse_args()
    _say("  tests  executions  (model)  search  result    read    json    html      MB    goal for the search")
    rows = {tests: _row(tests) for tests in sorted(options.tests)}
    if options.plot:
        lines = {name: [(0, 0), *((tests, row[name]) for tests, row in rows.items())] for name in COLUMNS}
        picture = plot("What the controller costs", "tests", "s of CPU", lines)
        options.plot.write_text(picture, encoding="utf-8")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _row(tests: int) -> dict[str, float]:
    """Seconds by what they were spent on, which are told, too."""
    search, own, bench, _ = searched(suite_of(tests))
    result_seconds, result = cpu(lambda: derived(bench))
    with tempfile.TemporaryDirectory(prefix="leakcheck-bench-") as place:
        folder = stored(bench, Path(place, "audit"))
        read, audit = cpu(lambda: read_audit(folder))
    assert len(audit.executions) == len(bench.executions)
    json, html = (cpu(partial(formats()[name].render, result))[0] for name in ("json", "html"))
    seconds = dict(zip(COLUMNS, (search, result_seconds, read, json, html), strict=True))
    goal = f"{GOALS[tests]:.1f}" if tests in GOALS else "-"
    numbers = "".join(f"{each:8.2f}" for each in seconds.values())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    _say(f"{tests:>7,}{len(bench.executions):>12,}{own:9.2f}{numbers}{memory:8.0f}    {goal}")
    return seconds


if __name__ == "__main__":
    main()
