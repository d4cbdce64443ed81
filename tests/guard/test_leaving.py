"""Leaks travel with reports, as text."""

from __future__ import annotations

from types import SimpleNamespace

from leakcheck.guard.leaving import ATTRIBUTE, Left, attach, carried
from leakcheck.records import Change, Location, PathChange, Source

LEFT = Left(
    "test_a.py::test_ü",
    Change(
        Location("app_state", "shop:app", "cart"),
        "dict of 1",
        "dict of 2",
        "abc",
        paths=(PathChange('["mug"]', "absent", "1"),),
        sources=(Source("test_a.py", 3, "test_ü", "call"),),
    ),
    fixture="conftest.py::cart (module scope)",
    accept="LK301 app_state shop:app cart fixture cart",
    fails=True,
)


def test_what_is_attached_is_carried() -> None:
    report = SimpleNamespace()
    attach(report, [LEFT, LEFT])
    assert all(type(text) is str and text.isascii() for text in getattr(report, ATTRIBUTE))
    assert list(carried(report)) == [LEFT, LEFT]


def test_a_report_without_a_leak_stays_as_it_is() -> None:
    report = SimpleNamespace()
    attach(report, [])
    assert vars(report) == {}
    assert list(carried(report)) == []
