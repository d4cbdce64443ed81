"""Pure functions from executions to findings. Nothing here runs a test, reads a file or asks the time."""

from leakcheck.analysis.facts.coverage import Coverage, Pair
from leakcheck.analysis.facts.evidence import Evidence, bad, good
from leakcheck.analysis.facts.knowledge import Knowledge
from leakcheck.analysis.facts.profiles import SoloProfile, profiles_of
from leakcheck.analysis.facts.timeline import in_place
from leakcheck.analysis.gate.baseline import Baseline, Broken
from leakcheck.analysis.gate.baseline import extended as extended_baseline
from leakcheck.analysis.gate.baseline import parse as parse_baseline
from leakcheck.analysis.gate.baseline import render as render_baseline
from leakcheck.analysis.gate.baseline import without as baseline_without
from leakcheck.analysis.gate.baseline_entries import Line, entries_of
from leakcheck.analysis.gate.declared_dependencies import witnesses as meant_witnesses
from leakcheck.analysis.gate.gate import GateInput
from leakcheck.analysis.gate.mark_rules import wrong_marks
from leakcheck.analysis.graph.commands import command, import_command
from leakcheck.analysis.graph.edges import edges_of
from leakcheck.analysis.result import Effort, derive
from leakcheck.analysis.state_diff import state_diff

__all__ = [
    "Baseline",
    "Broken",
    "Coverage",
    "Effort",
    "Evidence",
    "GateInput",
    "Knowledge",
    "Line",
    "Pair",
    "SoloProfile",
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
