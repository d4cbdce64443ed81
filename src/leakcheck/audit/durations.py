"""What tests took another time, as pytest-split stores it: shards are balanced by it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from leakcheck.errors import UsageError


def durations_in(name: str) -> Mapping[str, float]:
    """test -> seconds, as the file `name` tells; nothing if none is named."""
    if not name:
        return {}
    try:
        found = json.loads(Path(name).read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no JSON"
        raise UsageError(f"cannot read the durations {name}: {why}", option="durations") from error
    if not isinstance(found, dict) or not all(map(_is_time, found.values())):
        raise UsageError(
            f"cannot read the durations {name}: a JSON object of test ids and seconds is expected",
            hint="`pytest --store-durations` of pytest-split writes one.",
            option="durations",
        )
    return {test: float(seconds) for test, seconds in found.items()}


def _is_time(value: object) -> bool:
    return type(value) in (int, float) and math.isfinite(value) and value >= 0  # type: ignore[operator,arg-type]
