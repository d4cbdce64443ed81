"""What is suggested next is something that can be done."""

from __future__ import annotations

from dataclasses import replace

import pytest

from leakcheck.records import Made
from leakcheck.reports.wording.next_steps import steps
from reports.samples import result, verdict


@pytest.mark.parametrize("merged", [False, True])
def test_only_what_was_no_merge_is_resumed(merged: bool) -> None:
    found = result((verdict("tests/test_a.py::test_t", "victim"),))
    spent = replace(found.certificate, budget_exhausted=True)
    told = [each.command for each in steps(replace(found, certificate=spent, made=Made(merged=merged)))]
    assert told == [
        *([] if merged else ["leakcheck run --resume"]),
        "leakcheck explain test_t",
        "leakcheck report --html leaks.html",
    ]
