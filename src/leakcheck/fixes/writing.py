"""Functions that a fix adds, as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import indent


def fixture(
    name: str,
    body: Iterable[str],
    asks_for: Sequence[str] = (),
    *,
    annotated: bool,
    autouse: bool = False,
    returns: str = "",
) -> str:
    """A fixture that hands out nothing; `body` are its statements. It yields, unless it `returns` something."""
    mark = "@pytest.fixture(autouse=True)" if autouse else "@pytest.fixture"
    told = f" -> {returns or 'Iterator[None]'}" if annotated else ""
    head = f"def {name}({', '.join(asks_for)}){told}:"
    return "\n".join([mark, head, *(indent(line, "    ") for line in body), ""])
