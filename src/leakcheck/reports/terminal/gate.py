"""The end of the terminal report: what tripped the gate, what is known or ignored, and what is out of date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from leakcheck.records import Finding, Result
from leakcheck.reports.terminal.page import SHORT, Limits, Piece, prose, row, section
from leakcheck.reports.wording.words import agreeing, clip, listed, more, plural

_RANKS = ("error", "warning", "note")


def gate(result: Result, limits: Limits = SHORT) -> tuple[Piece, ...]:
    """Nothing where everything counts: the sections above say it all then."""
    found, told = result.findings, result.gate
    if not told.baseline and not told.remarks and not any(each.ignored for each in found):
        return ()
    counting = [each for each in found if not each.ignored and not each.known]
    above = [each for each in counting if _is_above(each, told.fail_on)]
    pieces = [
        prose(_summary(result, counting, above), indent=2),
        *(piece for each in above[: limits.tests] for piece in _finding(each, limits)),
        *(row(each, indent=2) for each in more(len(above) - limits.tests, "finding")),
        *_fixed(told.fixed, limits),
        *_ignored([each for each in found if each.ignored]),
        *(prose(remark, indent=2) for remark in told.remarks),
    ]
    return section("The gate", pieces)


def _is_above(finding: Finding, fail_on: str) -> bool:
    return fail_on in _RANKS and _RANKS.index(finding.severity) <= _RANKS.index(fail_on)


def _summary(result: Result, counting: Sequence[Finding], above: Sequence[Finding]) -> str:
    known = sum(each.known for each in result.findings)
    ignored = sum(bool(each.ignored) for each in result.findings)
    parts = [
        f"{plural(len(above), 'finding')} at or above the gate ({result.gate.fail_on})",
        f"{len(counting) - len(above):,} below it" if len(counting) > len(above) else "",
        f"{known:,} known in {clip(result.gate.baseline)}" if result.gate.baseline else "",
        f"{ignored:,} ignored" if ignored else "",
    ]
    return f"{listed(parts)}."


def _finding(finding: Finding, limits: Limits) -> Iterator[Piece]:
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file
    yield row(
        ("✗ ", "red"),
        (f"{finding.code} {finding.leak or ''}".strip(), "bold"),
        f"  {clip(finding.title)}",
        indent=2,
    )
    yield row((f"{clip(place)}", "dim"), indent=6)
    if finding.new:
        yield from (
            row(("not in the baseline: ", "dim"), clip(line), indent=6) for line in finding.new[: limits.tests]
        )
        yield from (row(each, indent=6) for each in more(len(finding.new) - limits.tests, "line"))
    else:
        yield row((" ".join((*map(clip, finding.tests[:1]), *more(len(finding.tests) - 1))), "dim"), indent=6)


def _fixed(lines: Sequence[str], limits: Limits) -> Iterator[Piece]:
    if lines:
        what = plural(len(lines), "line of the baseline is fixed", "lines of the baseline are fixed")
        it = agreeing(len(lines), "it", "them")
        yield prose((f"{what}: `leakcheck baseline prune` takes {it} out", "green"), indent=2)
        yield from (row(clip(line), indent=4) for line in lines[: limits.tests])
        yield from (row(each, indent=4) for each in more(len(lines) - limits.tests, "line"))


def _ignored(findings: Iterable[Finding]) -> Iterator[Piece]:
    for each in findings:
        yield row(
            ("ignored  ", "dim"),
            f"{each.code} {each.leak or clip(each.tests[0] if each.tests else '')}: {clip(each.ignored)}",
            indent=2,
        )
