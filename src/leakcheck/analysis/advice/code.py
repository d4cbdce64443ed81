"""How a leak is fixed, as code that carries the names of the leak."""

from __future__ import annotations

from leakcheck.analysis.advice.by_kind import is_at_once, is_replaced, is_travelled
from leakcheck.analysis.advice.names import code_names
from leakcheck.records import MAX_TEMPLATE, Leak
from leakcheck.text import clean, filled, names_in

MAX_EXAMPLE = 2 * MAX_TEMPLATE
_IMPORT = (
    "import pytest\n\n\n"
    "@pytest.fixture\ndef arranged():\n"
    "    before = ...  # keep what is there\n    ...  # what the module's body does now\n"
    "    yield\n    ...  # put `before` back\n"
)
_AT_ONCE = (
    "import pytest\n\n\n"
    "@pytest.fixture(autouse=True)\ndef put_back():\n"
    "    before = ...  # keep what is there\n    yield\n    ...  # put `before` back\n"
)


def fix_example(leak: Leak) -> str:
    """Python that makes and takes away again what `leak` leaves behind; empty where no such form is known."""
    if any(source.phase == "import" for source in leak.sources):
        return _IMPORT
    if is_at_once(leak):
        return _AT_ONCE
    if is_travelled(leak):
        return ""
    about, names = leak.kind.about, code_names(leak)
    template = ((about.replaced_example if is_replaced(leak) else "") or about.example)[:MAX_TEMPLATE]
    if "" in map(names.get, names_in(template)):
        return ""
    lines = filled(template, names).expandtabs(4).split("\n")
    text = "\n".join(map(clean, lines))
    return text if len(text) <= MAX_EXAMPLE else ""
