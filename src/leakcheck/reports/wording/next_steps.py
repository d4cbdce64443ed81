"""What somebody who has read a report types next."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import NamedTuple

from leakcheck.records import ORDER_DEPENDENT, Result
from leakcheck.reports.wording.certified import is_cut_short
from leakcheck.reports.wording.words import clean


class Step(NamedTuple):
    """A command, and what it does for the reader."""

    command: str
    does: str


def steps(result: Result) -> tuple[Step, ...]:
    """The most helpful first; none where there is nothing to do."""
    return tuple(_steps(result))


def _steps(result: Result) -> Iterator[Step]:
    if is_cut_short(result.certificate) and not result.made.merged:
        yield Step("leakcheck run --resume", "go on where this audit ended")
    leak = next((leak for fix in result.fixes for leak in fix.leaks), "")
    if leak:
        yield Step(f"leakcheck fix {leak}", "write its fix, and prove it")
    hurt = _hurt(result)
    if hurt:
        yield Step(explaining(hurt, result), "all about one test")
    if result.leaks or hurt:
        yield Step("leakcheck report --html leaks.html", "a page for the browser")


def explaining(test: str, result: Result) -> str:
    """The command that tells all about `test`."""
    return f"leakcheck explain {shlex.quote(clean(_short(test, result)))}"


def _hurt(result: Result) -> str:
    """The test to look at first: one that the first fix frees."""
    freed = (test for fix in result.fixes for test in fix.frees)
    return next(freed, next((test.id for test in result.tests if test.verdict in ORDER_DEPENDENT), ""))


def _short(test: str, result: Result) -> str:
    """As much of its id as names no other test."""
    name = test.rpartition("::")[2]
    return name if name and sum(name in each.id for each in result.tests) == 1 else test
