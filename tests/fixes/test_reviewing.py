"""What a reviewer would hold against a fix that works."""

from __future__ import annotations

import pytest

from fixes.causes_made import leak
from leakcheck.fixes.causes import Cause
from leakcheck.fixes.edits import AskFor, Define, Edit, Finish
from leakcheck.fixes.reviewing import against
from leakcheck.records import Location

PLACE = Location("module_globals", "package.registry", "REGISTRY")


@pytest.mark.parametrize(
    ("edit", "internal", "objected"),
    [
        (Define("def restored():\n    before = dict(REGISTRY._names)\n"), True, True),
        (Define("def restored():\n    before = vars(REGISTRY)\n"), True, True),
        (Finish("registry", ("REGISTRY._names.clear()",)), True, True),
        (Define("def restored():\n    before = dict(REGISTRY._names)\n"), False, False),
        (Define("def restored():\n    before = REGISTRY.__doc__\n"), True, False),
        (AskFor("test_leaks", "_registry"), True, False),
    ],
)
def test_only_what_belongs_to_an_installed_package_is_private(edit: Edit, internal: bool, objected: bool) -> None:
    cause = Cause((leak(PLACE, internal=internal),))
    assert bool(against(cause, {"tests/test_shop.py": (edit,)})) is objected
