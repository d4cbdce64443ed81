"""A damaged audit is a clear error, or a shortened audit that says so: it never accuses anybody new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from random import Random

import pytest

from leakcheck.analysis import state_diff
from leakcheck.audit import result_of
from leakcheck.errors import LeakcheckError
from leakcheck.records import Execution, Result
from leakcheck.reports import formats
from leakcheck.reports.graphs import graph_formats
from leakcheck.reports.graphs.leak_graph import leak_graph
from leakcheck.store import Audit, AuditFolder, fold_execution, read_audit
from leakcheck.store.fold import EXECUTIONS
from leakcheck.wire import segments

from .harness import RUN, SUITE, suite
from .mutations import Files, InMemory, forged, mutated, stored

RICH = SUITE.with_files(
    {
        "test_c.py": """
            import os
            import random

            SEEN = []

            def test_sets_up():
                SEEN.append(1)

            def test_is_brittle():
                assert SEEN

            def test_is_self_polluting():
                assert "ONCE" not in os.environ
                os.environ["ONCE"] = "1"

            def test_fails():
                assert False

            def test_ends_its_process():
                os._exit(3)

            def test_tosses_a_coin():
                assert random.SystemRandom().random() < 0.5
        """
    }
)
EVERY = 20
"""Of so many different audits, one is rendered in all formats."""
ACCUSING = ("victim", "brittle", "self-polluting", "flaky", "crashing", "timeout", "failing")
ORDER_DEPENDENT = ("LK101", "LK102", "LK103", "LK104")


@dataclass
class Recorded:
    """An audit as it was recorded, and what has been seen of what was made of it."""

    folder: Path
    files: Files
    audit: Audit
    result: Result
    seen: dict[object, Audit] = field(default_factory=dict)

    @cached_property
    def accused(self) -> frozenset[tuple[object, ...]]:
        return accused_by(self.result)

    @cached_property
    def one_sided(self) -> frozenset[tuple[object, ...]]:
        """What is left of a test that differs by chance may be its failures only. It is flaky, or of no verdict
        where chance did not show in the very same order."""
        by_chance = [test.id for test in self.result.tests if test.verdict in ("flaky", "unknown")]
        return frozenset(("verdict", test, "failing") for test in by_chance)

    @cached_property
    def executions(self) -> Mapping[str, Execution]:
        """All of them: one that was disowned is read again where the line that says so is gone."""
        tags = (tag for tag in self.files if tag.startswith(EXECUTIONS))
        return {tag: fold_execution(tag, segments.read_segment(self.files[tag]).events) for tag in tags}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    with suite(tmp_path_factory.mktemp("tmp"), RICH) as place:
        assert place.leakcheck(*RUN).returncode == 1
        (folder,) = place.audits
        audit = read_audit(AuditFolder(folder))
        assert (audit.finished, audit.damaged) == (True, ())
        yield Recorded(folder, stored(folder), audit, result_of(AuditFolder(folder)))


def accused_by(result: Result) -> frozenset[tuple[object, ...]]:
    """Whom a report says something bad about, and what."""
    return frozenset(
        (
            *(("verdict", test.id, test.verdict) for test in result.tests if test.verdict in ACCUSING),
            *(("role", test.id, role) for test in result.tests for role in test.roles),
            *(("edge", edge.polluters, edge.test, edge.effect) for edge in result.edges if edge.effect != "reads"),
            *(("leak", leak.location, test) for leak in result.leaks for test in leak.polluters),
            *(("harm", leak.location, test) for leak in result.leaks for test in leak.victims),
            *(
                ("finding", "order" if finding.code in ORDER_DEPENDENT else finding.code, test)
                for finding in result.findings
                if finding.code not in ("LK201", "LK301")  # their polluters are those of the leaks above
                for test in finding.tests
            ),
        )
    )


def everything_of(folder: AuditFolder) -> Result:
    """The result, after all that anybody can ask for was made of it."""
    result = result_of(folder)
    for report in formats().values():
        assert report.render(result)
    for form in graph_formats().values():
        assert form.render(leak_graph(result))
    audit = read_audit(folder)
    for test in audit.suite.ids[:2]:
        state_diff(test, audit.executions, audit.suite)
    return result


def is_part_of(execution: Execution, whole: Execution) -> bool:
    """Whether an execution is what was recorded, or the beginning of that, and says so."""
    if execution.status != "lost":
        return execution == whole
    runs = [replace(run, again=None) for run in execution.runs]
    return runs == [replace(run, again=None) for run in whole.runs[: len(runs)]]


def check(recorded: Recorded, files: Files) -> str:
    """What an audit with these files is: "told" (an error), "short" or "whole"; AssertionError if it is wrong."""
    folder = InMemory(files)
    try:
        audit = read_audit(folder)
    except LeakcheckError:
        return "told"
    known = recorded.executions
    for execution in (*audit.executions, *audit.control):
        assert is_part_of(execution, known[execution.id])
    assert audit.suite == recorded.audit.suite
    if (audit.executions, audit.control) == (recorded.audit.executions, recorded.audit.control) and audit.finished:
        return "whole"
    assert not audit.finished
    key = (tuple((each.id, len(each.runs)) for each in audit.executions), len(audit.control), audit.damaged)
    if key not in recorded.seen:
        recorded.seen[key] = audit
        result = everything_of(folder) if len(recorded.seen) % EVERY == 1 else result_of(folder)
        assert accused_by(result) <= recorded.accused | recorded.one_sided
        assert [note for note in result.notes if "damaged" in note or "not finished" in note]
    return "short"


def fuzz(recorded: Recorded, seeds: range) -> dict[str, int]:
    counts = {"told": 0, "short": 0, "whole": 0}
    for seed in seeds:
        try:
            counts[check(recorded, mutated(recorded.files, Random(seed)))] += 1
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
    return counts


def test_damaged_audits_accuse_nobody_new(recorded: Recorded) -> None:
    counts = fuzz(recorded, range(3_000))
    assert min(counts["told"], counts["short"]) > 50


@pytest.mark.slow
def test_a_hundred_thousand_damaged_audits_accuse_nobody_new(recorded: Recorded) -> None:
    counts = fuzz(recorded, range(100_000))
    assert min(counts["told"], counts["short"]) > 3_000


@pytest.mark.parametrize("many", [100, pytest.param(500, marks=pytest.mark.slow)])
def test_forged_values_break_nothing(recorded: Recorded, many: int) -> None:
    """With the right seals, nobody can tell: what cannot be understood is told."""
    for seed in range(many):
        files = forged(recorded.files, Random(seed))
        try:
            everything_of(InMemory(files))
        except LeakcheckError:
            continue
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
