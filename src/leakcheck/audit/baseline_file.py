"""The baseline's file, and the findings of an audit as its lines."""

from __future__ import annotations

from pathlib import Path

from leakcheck.analysis import Baseline, Broken, Line, entries_of, parse_baseline
from leakcheck.errors import UsageError
from leakcheck.nouns import plural
from leakcheck.records import Result


def read_baseline(name: str) -> Baseline | None:
    """The baseline in the file `name`, None if there is no such file; UsageError names every broken line."""
    try:
        return parse_baseline(Path(name).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read the baseline {name}: {error}", option="baseline") from error
    except Broken as broken:
        raise UsageError(
            f"the baseline {name} has {plural(len(broken.lines), 'broken line')}",
            detail="\n".join(f"  {name}:{line}: {wrong}" for line, wrong in broken.lines),
            hint="Fix these lines, or take them out and run `leakcheck baseline write`.",
            option="baseline",
        ) from None


def lines_of(result: Result) -> frozenset[Line]:
    """Everything that a baseline would know of `result`; what is ignored needs no line."""
    leaks = {leak.id: leak for leak in result.leaks}
    return frozenset(
        entry.line for finding in result.findings if not finding.ignored for entry in entries_of(finding, leaks)
    )


def titles_of(result: Result) -> dict[Line, str]:
    """What to call each line."""
    leaks = {leak.id: leak for leak in result.leaks}
    return {entry.line: finding.title for finding in result.findings for entry in entries_of(finding, leaks)}
