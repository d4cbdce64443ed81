"""How a leak is usually fixed: what its kind of state declares, and what is the same for all kinds."""

from __future__ import annotations

from leakcheck.analysis.advice.names import location_names
from leakcheck.records import MAX_TEMPLATE, WHOLE, Leak
from leakcheck.text import clip, filled

MAX_ADVICE = 2 * MAX_TEMPLATE
_IMPORT = "Move the statement from module level into a fixture, and undo it after the yield."
BRITTLE = "Let the test make the state that it needs, in a fixture of its own."
SELF = "Put back what the test changes, so that it finds the same state when it runs again."
UNEXPLAINED = (
    "leakcheck knows which tests, but no state that it watches explains it: look for module globals, caches, "
    "files or servers that these tests share."
)


def leak_advice(leak: Leak) -> str:
    """Advice for `leak`."""
    about = leak.kind.about
    if leak.location.key == WHOLE and about.whole_advice:
        return _filled(about.whole_advice, leak)
    imported = any(source.phase == "import" for source in leak.sources)
    return _IMPORT if imported else _filled(about.advice, leak)


def _filled(template: str, leak: Leak) -> str:
    return clip(filled(template[:MAX_TEMPLATE], location_names(leak.location, leak.path)), MAX_ADVICE)
