"""What a configuration file may hold, by the type of an option. A check returns the option's
value, or says what is expected."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable
from typing import Any

from leakcheck.options.said import Compound

_NUL = "\0"
"""No path and no argument of a process can hold it."""

_LARGEST = 2**63 - 1

Check = Callable[[object], Any]


class Unfit(Exception):
    """What was expected in the place of a value, in a few words."""


def one_of(names: Collection[str]) -> Check:
    def check(value: object) -> str:
        if not isinstance(value, str) or value not in names:
            raise Unfit(f"one of {', '.join(names)} is expected{did_you_mean(value, names)}")
        return value

    return check


def whole(least: float) -> Check:
    def check(value: object) -> int:
        if type(value) is not int or not least <= value <= _LARGEST:
            raise Unfit(f"a whole number of at least {least:g} is expected")
        return value

    return check


def seconds(least: float) -> Check:
    def check(value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= _LARGEST:
            raise Unfit(f"a number of seconds, at least {least:g}, is expected")
        return float(value)

    return check


def yes_or_no(value: object) -> bool:
    if type(value) is not bool:
        raise Unfit("true or false is expected")
    return value


def text(value: object) -> str:
    if not isinstance(value, str) or not value.strip() or _NUL in value:
        raise Unfit("a text is expected")
    return value


def texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str) or not isinstance(value, list) or not all(map(_is_text, value)):
        raise Unfit("a list of texts is expected")
    return tuple(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and _NUL not in value


def compound(what: Compound) -> Check:
    def check(value: object) -> tuple[Any, ...]:
        try:
            if type(value) not in (int, float, str):
                raise ValueError
            return what.parse(str(value))
        except ValueError:
            raise Unfit(what.expected) from None

    return check


def did_you_mean(value: object, names: Iterable[str]) -> str:
    """`; did you mean X?` if one of `names` is near, else nothing."""
    written = {name.lower(): name for name in names}
    near = difflib.get_close_matches(str(value).lower(), list(written), n=1, cutoff=0.5)
    return f"; did you mean {written[near[0]]}?" if near else ""
