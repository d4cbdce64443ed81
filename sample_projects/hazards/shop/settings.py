"""Settings of three sorts: read at import, cached, and read each time."""

from __future__ import annotations

import os
from functools import lru_cache

REGION = os.environ.get("SHOP_REGION", "north")


@lru_cache
def currency() -> str:
    return os.environ.get("SHOP_CURRENCY", "EUR")


@lru_cache
def greeting() -> str:
    return os.environ.get("SHOP_GREETING", "hello")


def language() -> str:
    return os.environ.get("SHOP_LANGUAGE", "en")
