"""The section as lines: one entry for each root cause, then what does not count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from leakcheck.analysis.graph.leaks import LeftChange, by_root_cause
from leakcheck.guard.leaving import Left, Undone
from leakcheck.guard.wanted import Wanted
from leakcheck.guard.wording import details, headline, leak_of, who_left
from leakcheck.nouns import agreeing, plural
from leakcheck.records import Kind, Location

MAX_LIKELY = 5
_UNDONE: Mapping[Undone, str] = {
    "": "",
    "done": ", and it was put back",
    "impossible": ", and nobody can put it back",
}


def lines_of(left: Sequence[Left], wanted: Wanted, kinds: Mapping[str, Kind]) -> Iterator[str]:
    """What there is to say, in the order in which it was seen."""
    told = _told(left)
    if wanted.mode == "fail":
        yield from _failing(told)
    else:
        for number, group in enumerate(_root_causes(told), start=1):
            leak = leak_of(group, kinds)
            yield f"{number}. {headline(leak, who_left(group))}{_UNDONE[group[0].undone]}"
            yield from (f"   {line}" for line in details(leak, _likely(group)))
    counts = Counter(each.standing for each in left if each not in told)
    if counts["known"]:
        there = agreeing(counts["known"], "is", "are")
        yield f"{plural(counts['known'], 'leak')} that {wanted.judging.baseline} knows {there} still there"
    if counts["ignored"]:
        yield f"{plural(counts['ignored'], 'leak')} ignored by rules and marks"


def _likely(group: Sequence[Left]) -> list[str]:
    return list(dict.fromkeys(spot for left in group for spot in left.likely))[:MAX_LIKELY]


def _failing(told: Sequence[Left]) -> Iterator[str]:
    """The errors have said it all."""
    if told:
        number = len(_root_causes(told))
        yield f"{plural(number, 'leak')}, {agreeing(number, 'told as an error', 'each told as an error')} above"


def _told(left: Sequence[Left]) -> list[Left]:
    """Those that count, and what a first use may have made where others have changed it since."""
    counting = {each.change.location for each in left if each.standing == "counts"}
    return [
        each
        for each in left
        if each.standing == "counts"
        or (each.standing == "warm" and not each.change.internal and each.change.location in counting)
    ]


def _root_causes(left: Sequence[Left]) -> list[list[Left]]:
    by_location: dict[tuple[Location, str], list[Left]] = {}
    for each in left:
        by_location.setdefault((each.change.location, each.fixture), []).append(each)
    found = []
    for every in by_location.values():
        changes = [LeftChange(each.by, each.change) for each in every]
        whose = {id(one): each for one, each in zip(changes, every, strict=True)}
        found += [[whose[id(one)] for one in group] for group in by_root_cause(changes)]
    return found
