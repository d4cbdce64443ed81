"""Loggers: level, handlers, filters, propagation, whether they are disabled; and `logging.disable`."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from typing import Any

from leakcheck.probes import About, Items, Setting, Values

_USUAL: Mapping[str, Any] = {"level": 0, "propagate": True, "disabled": False, "handlers": (), "filters": ()}
"""What is read of a logger, and how it is when the logger is new: only what differs from that is a setting."""


class Probe(Setting):
    """Owner: the logger's name, `root`, or `manager`. Key: the attribute, or `disable`. What pytest has put there
    is left out."""

    kind = "logging"
    by_fixtures = True
    about = About(
        form="$key of the logger $owner",
        whole="the logger $owner",
        advice=(
            "Set levels with `caplog.set_level`, which sets them back; take handlers away again behind the yield "
            "of the fixture that adds them."
        ),
        bundled=True,
        owner_noun="logger",
    )

    def read(self) -> Values:
        if "logging" not in sys.modules:
            return {}
        found: dict[tuple[str, str], Any] = {}
        for name, logger in _loggers().items():
            for key, usual in _USUAL.items():
                value = logger.__dict__.get(key)
                if type(value) is list:
                    value = Items(each for each in value if not _is_pytests(each))
                if value != usual:
                    found[name, key] = value
        found["manager", "disable"] = logging.root.manager.disable
        return found

    def glance(self) -> Any:
        """All that loggers consist of, whatever it is: two looks at the very same show the same settings."""
        if "logging" not in sys.modules:
            return ()
        seen = [logging.root.manager.disable]
        for logger in (logging.root, *logging.root.manager.loggerDict.values()):
            state = logger.__dict__
            seen += state.values()
            if "filters" in state:  # else it only holds a place
                seen += state["handlers"]
                seen += state["filters"]
        return tuple(seen)

    def put_back(self, owner: str, key: str, value: Any) -> None:
        if owner == "manager":
            logging.disable(value)
            return
        logger = _loggers()[owner]
        value = _USUAL[key] if value is None else value
        if isinstance(value, tuple):
            present = logger.__dict__[key]
            present[:] = [*value, *filter(_is_pytests, present)]
        else:
            logger.__dict__[key] = value
        logging.root.manager._clear_cache()  # type: ignore[attr-defined]


def _loggers() -> Mapping[str, Any]:
    found = {name: each for name, each in logging.root.manager.loggerDict.items() if hasattr(each, "handlers")}
    return {"root": logging.root, **found}


def _is_pytests(part: object) -> bool:
    return type(part).__module__.startswith("_pytest")
