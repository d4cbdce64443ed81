"""Pure functions from executions to findings. Nothing here runs a test, reads a file or asks the time."""

from leakcheck.analysis.baseline import Baseline, Broken
from leakcheck.analysis.baseline import extended as extended_baseline
from leakcheck.analysis.baseline import parse as parse_baseline
from leakcheck.analysis.baseline import render as render_baseline
from leakcheck.analysis.baseline import without as baseline_without
from leakcheck.analysis.commands import command, import_command
from leakcheck.analysis.coverage import Coverage, Pair
from leakcheck.analysis.diffs import state_diff
from leakcheck.analysis.edges import edges_of
from leakcheck.analysis.entries import Line, entries_of
from leakcheck.analysis.evidence import Evidence, bad, good
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.judging import Case
from leakcheck.analysis.marks import wrong_marks
from leakcheck.analysis.meant import witnesses as meant_witnesses
from leakcheck.analysis.profiles import Profile, profiles_of
from leakcheck.analysis.result import Effort, derive
from leakcheck.analysis.timeline import in_place

__all__ = [
    "Baseline",
    "Broken",
    "Case",
    "Coverage",
    "Effort",
    "Evidence",
    "Knowledge",
    "Line",
    "Pair",
    "Profile",
    "bad",
    "baseline_without",
    "command",
    "derive",
    "edges_of",
    "entries_of",
    "extended_baseline",
    "good",
    "import_command",
    "in_place",
    "meant_witnesses",
    "parse_baseline",
    "profiles_of",
    "render_baseline",
    "state_diff",
    "wrong_marks",
]
