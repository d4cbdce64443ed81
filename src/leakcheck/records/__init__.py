"""The nouns of leakcheck: frozen records, as plain as the words of the design page.

Whoever imports a noun loads the modules below up to the one that has it. A guarded run needs what is recorded, and
would else load, at each start of pytest, what is derived from it as well.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from leakcheck.records.derived import (
        ORDER_DEPENDENT,
        AlsoLeft,
        Certificate,
        Cost,
        Edge,
        Effect,
        Excerpt,
        Fix,
        Gate,
        Impact,
        JointFix,
        Leak,
        Made,
        OrderSummary,
        Result,
        TestVerdict,
        Trial,
        Tried,
        Unexplained,
        Verdict,
    )
    from leakcheck.records.findings import Finding, Severity
    from leakcheck.records.ids import (
        in_sequence,
        is_shortened,
        name_of,
        node_id,
        number_of,
        numbered,
        short_id,
        without_number,
    )
    from leakcheck.records.kinds import MAX_TEMPLATE, About, Kind, Restoring, Tracking
    from leakcheck.records.locations import WHOLE, Location
    from leakcheck.records.proven_fixes import ProvenFix, Replaced
    from leakcheck.records.questions import (
        Alone,
        Behind,
        Collect,
        Company,
        Control,
        Crowd,
        Deep,
        DeepLook,
        DeepPutBack,
        Drawn,
        Names,
        OrderKind,
        Pair,
        Pinpoint,
        Printed,
        PutBack,
        Question,
        Row,
        Seeded,
        Used,
        Whole,
    )
    from leakcheck.records.recorded import (
        ALL_RUN,
        BAD_OUTCOMES,
        EPHEMERAL,
        GOOD_OUTCOMES,
        NO_VALUE,
        OWN_FILE,
        OWN_PORT,
        QUIET_FILES,
        WARM,
        Change,
        Execution,
        FixtureError,
        Mark,
        Met,
        Note,
        NotRun,
        Order,
        Outcome,
        PathChange,
        Phase,
        Renewed,
        Status,
        Suite,
        TestItem,
        TestRun,
        port_number,
    )
    from leakcheck.records.sightings import Sighting, Source

__all__ = [
    "ALL_RUN",
    "BAD_OUTCOMES",
    "EPHEMERAL",
    "GOOD_OUTCOMES",
    "MAX_TEMPLATE",
    "NO_VALUE",
    "ORDER_DEPENDENT",
    "OWN_FILE",
    "OWN_PORT",
    "QUIET_FILES",
    "WARM",
    "WHOLE",
    "About",
    "Alone",
    "AlsoLeft",
    "Behind",
    "Certificate",
    "Change",
    "Collect",
    "Company",
    "Control",
    "Cost",
    "Crowd",
    "Deep",
    "DeepLook",
    "DeepPutBack",
    "Drawn",
    "Edge",
    "Effect",
    "Excerpt",
    "Execution",
    "Finding",
    "Fix",
    "FixtureError",
    "Gate",
    "Impact",
    "JointFix",
    "Kind",
    "Leak",
    "Location",
    "Made",
    "Mark",
    "Met",
    "Names",
    "NotRun",
    "Note",
    "Order",
    "OrderKind",
    "OrderSummary",
    "Outcome",
    "Pair",
    "PathChange",
    "Phase",
    "Pinpoint",
    "Printed",
    "ProvenFix",
    "PutBack",
    "Question",
    "Renewed",
    "Replaced",
    "Restoring",
    "Result",
    "Row",
    "Seeded",
    "Severity",
    "Sighting",
    "Source",
    "Status",
    "Suite",
    "TestItem",
    "TestRun",
    "TestVerdict",
    "Tracking",
    "Trial",
    "Tried",
    "Unexplained",
    "Used",
    "Verdict",
    "Whole",
    "in_sequence",
    "is_shortened",
    "name_of",
    "node_id",
    "number_of",
    "numbered",
    "port_number",
    "short_id",
    "without_number",
]

_MODULES = (
    "ids",
    "locations",
    "kinds",
    "sightings",
    "recorded",
    "findings",
    "questions",
    "proven_fixes",
    "timing",
    "derived",
)
"""Those needed most come first."""


def __getattr__(name: str) -> Any:
    if name in __all__:
        for module in _MODULES:
            found = vars(import_module(f"{__name__}.{module}"))
            if name in found:
                return found[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__]
