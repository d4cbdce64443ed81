"""Where the lines of doctests stand: their code is compiled under names like `<doctest shop.add[1]>`."""

from __future__ import annotations

import re
from typing import Any

_NAME = re.compile(r"<doctest (?P<test>.+)\[(?P<number>\d+)\]>")


class Doctests:
    """The doctests that have begun to run."""

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def know(self, item: object) -> None:
        """Remember `item` if it is a doctest."""
        test = getattr(item, "dtest", None)
        if test is not None:
            self._known[test.name] = test

    def place(self, file: str, line: int) -> tuple[str, int]:
        """The real file and line of a line of a doctest; anything else is where it says."""
        found = _NAME.fullmatch(file)
        test = self._known.get(found["test"]) if found is not None else None
        if found is None or test is None or not test.filename:
            return file, line
        example = test.examples[int(found["number"])]
        return test.filename, (test.lineno or 0) + example.lineno + line
