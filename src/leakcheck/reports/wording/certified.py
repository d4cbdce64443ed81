"""What follows from an audit: the one place that decides what a certificate says, and whether that is green."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from leakcheck.analysis.economies import REPLAYED
from leakcheck.options import PROFILES
from leakcheck.records import ORDER_DEPENDENT, Certificate, Result
from leakcheck.reports.wording.root_causes import grouped
from leakcheck.reports.wording.rules import ABOUT_FIXTURES
from leakcheck.reports.wording.words import agreeing, clip, listed, plural

SETTLED = (
    "no test's outcome is changed by what another test leaves behind (in the kinds of state that leakcheck watches)"
)
_TROUBLES = ("flaky", "failing", "crashing", "timeout", "unknown")


def verdict_of(result: Result) -> str:
    """The verdict on the leaks, but "clean" only of a suite without other troubles and an audit that left nothing
    open."""
    if result.verdict != "clean":
        return result.verdict
    troubled = any(test.verdict in _TROUBLES for test in result.tests)
    failing = any(finding.code == ABOUT_FIXTURES for finding in result.findings)
    return "leaking" if troubled or failing or any(_left_open(result)) else "clean"


def conclusion(result: Result) -> str:
    """What follows from what was covered: a sentence for each thing that is left open, or that nothing is."""
    found = result.certificate
    if not found.kinds:
        return "No kind of state was watched."
    left_open = tuple(_left_open(result))
    if left_open or found.limits:
        return " ".join((*left_open, *_rest(result)))
    beyond = "beyond these, " if any(test.verdict in ORDER_DEPENDENT for test in result.tests) else ""
    return f"Nothing is left unexplained: {beyond}{SETTLED}."


def leaves_open(result: Result) -> bool:
    """Whether there is something that the audit has not settled."""
    return not result.tests or bool(result.certificate.limits) or any(_left_open(result))


def certificate_sentences(result: Result, *, kinds: bool = True) -> tuple[str, ...]:
    """Coverage, what the profile does without, the conclusion, and `kinds` of state."""
    found = result.certificate
    limits = (each for each in found.limits if each in _meant(found))
    told = _kinds(found.kinds) if kinds else ""
    rest = (*limits, *found.economies, conclusion(result), told)
    return tuple(filter(None, (_pairs(found), _alone(found), *rest)))


def covered_in_short(result: Result) -> str:
    """One line of it: "Covered: 80 of 80 pairs of leak and reader, 29 kinds of state"; and that it is about a few
    tests only, if it is."""
    found = result.certificate
    pairs = f"{found.pairs_covered:,} of {plural(found.pairs_total, 'pair')} of leak and reader"
    none = "" if result.leaks or leaves_open(result) else "no test reads what another left behind"
    covered = f"Covered: {listed([pairs if found.pairs_total else none, _watched(found)])}"
    return f"{covered}. {REPLAYED}" if REPLAYED in found.limits else covered


def _watched(found: Certificate) -> str:
    return plural(len(found.kinds), "kind of state", "kinds of state") if found.kinds else "no kind of state"


def unexplained(found: Certificate) -> str:
    """What is said of tests that no recorded leak explains."""
    if is_unfinished(found):
        return "No single recorded leak explains these tests so far: the audit ended before the reason was found."
    return f"No single recorded leak explains these tests: they share {unseen(found)}."


def unseen(found: Certificate) -> str:
    """What there must be where an outcome differs and nothing that was recorded explains it."""
    if is_unfinished(found):
        return "state that the audit had not found when it ended"
    more = ", or had no budget left to look for" if found.budget_exhausted else ""
    return f"state that leakcheck does not see{more}"


def is_unfinished(found: Certificate) -> bool:
    """Whether the audit did not come to its end, or a part of it is lost."""
    return any(_shortened(found))


def is_cut_short(found: Certificate) -> bool:
    """Whether questions were left that the audit would have asked: what it has not found may be there."""
    return is_unfinished(found) or found.budget_exhausted


def _left_open(result: Result) -> Iterator[str]:
    """A sentence for each thing that the audit has not settled."""
    found = result.certificate
    yield from _shortened(found)
    if found.budget_exhausted:
        yield f"The budget was spent before every question was asked{_not_run(found)}."
    elif found.never_alone:
        yield f"{_never_alone(found)}."
    differing = len(found.unexplained)
    if differing:
        yield f"{plural(differing, 'difference is', 'differences are')} unexplained: there is {unseen(found)}."
    yield from _undecided(result)
    missing = found.pairs_total - found.pairs_covered
    if missing and not found.budget_exhausted:
        were = agreeing(missing, "was", "were")
        yield f"{plural(missing, 'pair')} of a leaked value and a test that reads it {were} not run."


def _not_run(found: Certificate) -> str:
    """What it did not suffice for, if that should have run in any case: ": 3 tests were never run alone"."""
    orders = len(found.orders_not_run)
    parts = [
        _never_alone(found) if found.never_alone else "",
        f"{plural(orders, 'order was', 'orders were')} not run to the end" if orders else "",
    ]
    told = listed(parts)
    return f": {told}" if told else ""


def _never_alone(found: Certificate) -> str:
    return f"{plural(len(found.never_alone), 'test was', 'tests were')} never run alone"


def _undecided(result: Result) -> Iterator[str]:
    told = {each.test for each in result.certificate.unexplained}
    verdicts = [test.verdict for test in result.tests if test.id not in told]
    flaky, unknown = verdicts.count("flaky"), verdicts.count("unknown")
    ending = verdicts.count("crashing") + verdicts.count("timeout")
    if flaky:
        them = agreeing(flaky, "it", "them")
        yield f"{plural(flaky, 'test is', 'tests are')} flaky: whether the order matters to {them} is not known."
    if unknown:
        yield f"{plural(unknown, 'test is', 'tests are')} undecided."
    if ending:
        end = plural(ending, "test ends its process or does not end", "tests end their process or do not end")
        leave = agreeing(ending, "it leaves", "they leave")
        yield f"{end}: what {leave} behind is not known."


def _shortened(found: Certificate) -> Iterator[str]:
    return (each for each in found.limits if each not in _meant(found))


def _meant(found: Certificate) -> tuple[str, ...]:
    """What audits of this profile do without."""
    usual = next((profile.limits for name, profile in PROFILES.items() if name == found.profile), ())
    return (REPLAYED, *usual)


def _rest(result: Result) -> Iterator[str]:
    """What is to be said where not everything was run."""
    found = result.certificate
    if found.limits or found.budget_exhausted or found.pairs_covered < found.pairs_total:
        doubtful = bool(found.unexplained) or any(_undecided(result))
        explained = "" if doubtful else "What was run is explained; "
        rest = f"{explained}what was not run may hold more."
        yield rest[0].upper() + rest[1:]


def _pairs(found: Certificate) -> str:
    if not found.pairs_total:
        return "No test was seen to read a value that another had leaked."
    pairs = plural(found.pairs_total, "pair")
    were = agreeing(found.pairs_covered, "was", "were")
    covered = f"Of {pairs} of a leaked value and a test that reads it, {found.pairs_covered:,} {were} run"
    own = sum(number for name, number in found.covered_by.items() if name in ("pairs", "confirm"))
    covered += f", {own:,} by executions made for them." if own else "."
    return covered


def _alone(found: Certificate) -> str:
    """How many tests stand for themselves alone, where some do not."""
    if not found.in_rows:
        return ""
    whose = agreeing(found.in_rows, "its", "their")
    return (
        f"{plural(found.alone, 'test')} ran alone, {found.in_rows:,} behind others of {whose} file that had left "
        "nothing."
    )


def _kinds(kinds: Mapping[str, str]) -> str:
    by_way = grouped(kinds, lambda kind: kinds[kind])
    ways = "; ".join(f"{clip(way)}: {listed(map(clip, names))}" for way, names in by_way.items())
    return f"Kinds of state {ways}." if ways else ""
