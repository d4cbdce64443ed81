"""The table of all options: command line, configuration file, defaults and documents are derived from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

from leakcheck.options import checks
from leakcheck.options.model import Guarding, Judging, Options
from leakcheck.options.said import SAID, Said


@dataclass(frozen=True)
class Option:
    """One option. `hint` is the type of its field, `default` None if it depends on where leakcheck runs."""

    name: str
    hint: Any
    default: Any
    said: Said

    @property
    def key(self) -> str:
        """Its name in a configuration file, and behind two dashes."""
        return self.name.replace("_", "-")

    @property
    def is_list(self) -> bool:
        return get_origin(self.hint) is tuple

    @property
    def choices(self) -> tuple[str, ...]:
        """The words that it takes; none if it takes others than a few."""
        return get_args(self.hint) if get_origin(self.hint) is Literal else ()

    @property
    def usual(self) -> str:
        """What holds if nobody says anything, in words; "" if that is nothing."""
        if self.said.usual or self.is_list or self.hint is bool:
            return self.said.usual
        return f"{self.default:g}" if self.hint in (int, float) else str(self.default)

    def check(self, value: object) -> Any:
        """The value out of a configuration file; `checks.Unfit` if it cannot be."""
        return self._check(value)

    def as_fields(self, value: Any) -> Mapping[str, Any]:
        """The fields that a value stands for."""
        compound = self.said.compound
        return dict(zip(compound.fields, value, strict=True)) if compound is not None else {self.name: value}

    @property
    def _check(self) -> checks.Check:
        if self.said.compound is not None:
            return checks.compound(self.said.compound)
        if self.choices:
            return checks.one_of(self.choices)
        return checks.texts if self.is_list else _BY_TYPE[self.hint](self.said.least or 0)


_BY_TYPE: Mapping[Any, Callable[[float], checks.Check]] = {
    int: checks.whole,
    float: checks.seconds,
    bool: lambda _: checks.yes_or_no,
    str: lambda _: checks.text,
}


def _options_of(cls: type[Any]) -> Mapping[str, Option]:
    hints = get_type_hints(cls)
    return {
        spec.name: Option(spec.name, hints[spec.name], _default(spec), spec.metadata[SAID])
        for spec in fields(cls)
        if SAID in spec.metadata
    }


def _default(spec: Field[Any]) -> Any:
    return None if spec.default is MISSING else spec.default


OF_AUDIT = _options_of(Options)
OF_JUDGING = _options_of(Judging)
TABLE: Mapping[str, Option] = {**OF_AUDIT, **OF_JUDGING}
"""All options by the names of their fields."""
OF_GUARD = _options_of(Guarding)
KEYS: Mapping[str, Option] = {option.key: option for option in (*TABLE.values(), *OF_GUARD.values())}
"""The same by their keys in a configuration file, and those that pytest's own command line offers."""
