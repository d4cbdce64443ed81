"""Pure functions from executions to findings. Nothing here runs a test, reads a file or asks the time."""

from leakcheck.analysis.commands import command, import_command
from leakcheck.analysis.coverage import Coverage, Pair, coverage_of
from leakcheck.analysis.diffs import state_diff
from leakcheck.analysis.edges import edges_of
from leakcheck.analysis.evidence import Evidence, bad, good
from leakcheck.analysis.profiles import Profile, profiles_of
from leakcheck.analysis.result import derive
from leakcheck.analysis.timeline import in_place

__all__ = [
    "Coverage",
    "Evidence",
    "Pair",
    "Profile",
    "bad",
    "command",
    "coverage_of",
    "derive",
    "edges_of",
    "good",
    "import_command",
    "in_place",
    "profiles_of",
    "state_diff",
]
