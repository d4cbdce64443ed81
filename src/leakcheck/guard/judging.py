"""Whether a leak counts: ignore rules with their expiry dates, the mark of the test, the baseline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pytest

from leakcheck.analysis import Baseline, Broken, GateInput, entries_of, parse_baseline
from leakcheck.analysis.gate.declared_dependencies import Meant
from leakcheck.analysis.gate.gate import judge
from leakcheck.analysis.gate.quoting import joined
from leakcheck.guard.leaving import Left
from leakcheck.guard.wording import leak_of
from leakcheck.options import Judging
from leakcheck.recorder.changes.marks import marks_of
from leakcheck.records import Finding, Kind, Suite, TestItem

CODE = "LK301"
"""What a plain run can say of a leak: it is there. An audit tells who reads it, and whom it hurts."""


@dataclass(frozen=True)
class Judge:
    """What counts in this run. `trouble` is what is wrong with the baseline, of which nothing counts then."""

    case: GateInput
    kinds: Mapping[str, Kind]
    trouble: str = ""

    @classmethod
    def of(cls, judging: Judging, kinds: Mapping[str, Kind], today: date) -> Judge:
        case, trouble = case_of(judging, today)
        return cls(case, kinds, trouble)

    def judged(self, left: Left, item: pytest.Item) -> Left:
        """`left` with whether it counts, and the line that would accept it."""
        leak = leak_of((left,), self.kinds)
        source = leak.sources[0] if leak.sources else None
        place = (source.file, source.line) if source is not None else (left.by.partition("::")[0], 0)
        finding = Finding(CODE, "note", "", *place, leak.polluters, leak.id, "")
        marked = TestItem(left.by, left.by.partition("::")[0], marks=() if left.fixture else marks_of(item))
        suite = Suite("", (), (marked,), kinds=self.kinds)
        found = judge(self.case, [finding], [leak], suite, Meant()).findings[0]
        entries = entries_of(finding, {leak.id: leak})
        accept = "\n".join(joined(entry.line.texts) for entry in entries)
        if found.ignored:
            return replace(left, standing="ignored", reason=found.ignored, accept=accept)
        return replace(left, standing="known" if found.known else "counts", accept=accept)


def case_of(judging: Judging, today: date) -> tuple[GateInput, str]:
    """What findings are judged by; and what is wrong with the baseline."""
    baseline, trouble = _baseline(judging.baseline)
    case = GateInput("note", judging.ignore, today, baseline, judging.baseline, severities=judging.severity)
    return case, trouble


def _baseline(name: str) -> tuple[Baseline | None, str]:
    try:
        return parse_baseline(Path(name).read_text(encoding="utf-8")), ""
    except FileNotFoundError:
        return None, ""
    except (OSError, UnicodeDecodeError) as error:
        return None, f"the baseline {name} cannot be read: {error}"
    except Broken as broken:
        line, wrong = broken.lines[0]
        return None, f"the baseline {name} is broken, nothing of it counts: line {line}: {wrong}"
