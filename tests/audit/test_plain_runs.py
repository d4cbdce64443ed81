"""What plain pytest takes is measured by runs of the whole suite only."""

from __future__ import annotations

from dataclasses import replace

from analysis.made import execution, ran
from leakcheck.audit.stored_result import plain_runs
from leakcheck.records import Control


def test_what_could_not_collect_the_suite_or_did_not_end_measures_nothing() -> None:
    in_vain = execution(Control())
    whole, again = (execution(Control(), ran("a"), ran("b")) for _ in range(2))
    ended = replace(whole, status="crashed")
    assert plain_runs([in_vain, whole, ended, again]) == [whole, again]
    assert plain_runs([]) == []
