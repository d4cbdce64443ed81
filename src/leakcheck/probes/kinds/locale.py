"""The locale, and the time zone that the C library uses (`time.tzset`)."""

from __future__ import annotations

import locale
import time
from typing import Any

from leakcheck.probes import About, Setting, Values


class Probe(Setting):
    """Owner and key: `locale` and `LC_ALL`, `time` and `zone`."""

    kind = "locale"
    by_fixtures = True
    about = About(form="$owner $key", whole="the locale")

    def read(self) -> Values:
        return {("locale", "LC_ALL"): locale.setlocale(locale.LC_ALL), ("time", "zone"): _zone()}

    def glance(self) -> Any:
        return (locale.setlocale(locale.LC_ALL), *_zone())

    def put_back(self, owner: str, key: str, value: Any) -> None:
        if owner == "locale":
            locale.setlocale(locale.LC_ALL, value)
        elif hasattr(time, "tzset"):
            time.tzset()


def _zone() -> tuple[Any, ...]:
    """Two zones may share their names: how far they are from Greenwich, in seconds, tells them apart."""
    return (*time.tzname, time.timezone, time.altzone)
