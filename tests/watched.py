"""Kinds of state for hand-made suites: our own, as their probes declare them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from leakcheck.probes import own
from leakcheck.records import Kind, Tracking

OWN = own().kinds


def watched(**ways: Tracking) -> Mapping[str, Kind]:
    """Each of these kinds, watched in this way."""
    return {name: replace(OWN[name], tracking=way) for name, way in ways.items()}
