"""What `leakcheck fix --json` writes."""

from __future__ import annotations

import json
from typing import Any

from leakcheck.fixes.remedies import Remedy, Together

SCHEMA_VERSION = 1


def remedies_as_json(found: Together) -> str:
    """Every remedy with its patch; equal fixes give equal text."""
    told = {
        "schema_version": SCHEMA_VERSION,
        "fixes": list(map(_row, found.remedies)),
        "together": {"faults": list(found.faults), "diff": found.diff},
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def _row(remedy: Remedy) -> dict[str, Any]:
    return {
        "cause": remedy.id,
        "leaks": [leak.id for leak in remedy.cause.leaks],
        "standing": remedy.standing,
        "how": remedy.proposal.name if remedy.proposal is not None else "",
        "frees": list(remedy.cause.frees),
        "files": sorted(remedy.texts),
        "proof": list(remedy.proof),
        "cost": remedy.cost,
        "faults": list(remedy.faults),
        "tried": [{"how": each.name, "faults": list(each.faults)} for each in remedy.tried],
        "diff": remedy.diff,
    }
