"""One cause, one entry: leaks that a person would end by one change of source are told as one.

What one line of a test or fixture changes at many locations that nobody tracks is one leak with a list; it goes by
the location that does most harm. One location that the lines of several tests change alike is one leak with its
lines. Nobody is accused by it who was not before: only leaks of equal impact share their tests.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from leakcheck.analysis.advice.by_kind import lines_of
from leakcheck.analysis.graph.paths import joined_paths, the_one
from leakcheck.records import AlsoLeft, Impact, Leak, Location, Source

Item = TypeVar("Item")
_SEVERITY: Mapping[Impact, int] = {"broken": 0, "read": 1, "latent": 2}


def one_entry_each(leaks: Iterable[Leak]) -> tuple[Leak, ...]:
    """The leaks, without ids, the most damaging first; those of one cause are one."""
    by_place = (_of_one_place(group) for group in _groups(leaks, _place))
    by_name = (each for group in _groups(by_place, _name) for each in _of_one_line(sorted(group, key=_rank)))
    by_line = (each for group in _groups(by_name, _line) for each in _of_one_line(sorted(group, key=_rank)))
    return tuple(sorted(by_line, key=_rank))


def function_of(test: str) -> str:
    """The name of a test's function."""
    return test.partition("[")[0].rpartition("::")[2]


def is_own_line(source: Source, tests: Iterable[str]) -> bool:
    """Whether a line stands in the function of one of the tests."""
    return source.fixture is None and any(
        source.function == function_of(test) and test.startswith(source.file) for test in tests
    )


def _groups(leaks: Iterable[Leak], key: Callable[[Leak], object]) -> Iterable[list[Leak]]:
    """Those of an equal key together; those whose key is None by themselves."""
    groups: dict[object, list[Leak]] = {}
    for number, leak in enumerate(leaks):
        found = key(leak)
        groups.setdefault((number,) if found is None else (found, None), []).append(leak)
    return groups.values()


def _place(leak: Leak) -> object:
    """What lines of several tests have in common; None where a fixture, a helper or an import writes, which is one
    line already."""
    if not leak.sources or not all(is_own_line(each, leak.polluters) for each in leak.sources):
        return None
    return leak.location, leak.impact, leak.reach


def _of_one_place(group: Sequence[Leak]) -> Leak:
    first, *others = group
    if not others:
        return first
    paths = joined_paths(leak.paths for leak in group)
    return replace(
        first,
        polluters=_all(leak.polluters for leak in group),
        victims=_all(leak.victims for leak in group),
        readers=_all(leak.readers for leak in group),
        sources=_all(leak.sources for leak in group),
        path=the_one(paths, "", "").path or None,
        paths=paths,
        internal=all(leak.internal for leak in group),
    )


def _name(leak: Leak) -> object:
    """What two kinds of state call by one name (a thread that goes on, and that ends later), by the same lines."""
    lines = lines_of(leak)
    return (leak.location.owner, leak.location.key, lines, frozenset(leak.polluters)) if lines else None


def _line(leak: Leak) -> object:
    """The line that alone wrote, if it stands in a test or a fixture itself, and who ran it; None for what is
    tracked: each key of that is something that the line sets by its name."""
    if leak.kind.tracking == "tracked":
        return None
    lines = lines_of(leak)
    own = (is_own_line(each, leak.polluters) or each.fixture == each.function for each in leak.sources)
    return (*lines, frozenset(leak.polluters)) if len(lines) == 1 and all(own) else None


def _of_one_line(group: Sequence[Leak]) -> Iterator[Leak]:
    """One leak of them all, the worst first; of what breaks tests, only what is of its kind: state of another kind
    that breaks tests is another thing to know."""
    first = group[0]
    apart = [each for each in group if each.impact == "broken" and each.location.kind != first.location.kind]
    others = [each for each in group[1:] if each not in apart]
    yield replace(
        first,
        also=(*first.also, *(beside for each in others for beside in _beside(each))),
        victims=_all(leak.victims for leak in (first, *others)),
        readers=_all(leak.readers for leak in (first, *others)),
    )
    if apart:
        yield from _of_one_line(apart)


def _beside(leak: Leak) -> tuple[AlsoLeft, ...]:
    return (AlsoLeft(leak.location, leak.before, leak.after, leak.kind), *leak.also)


def _all(parts: Iterable[Iterable[Item]]) -> tuple[Item, ...]:
    """Each of them once, in their order."""
    return tuple(dict.fromkeys(each for part in parts for each in part))


def _rank(leak: Leak) -> tuple[int, int, bool, Location]:
    return _SEVERITY[leak.impact], -len(leak.victims), _is_private(leak.location.key), leak.location


def _is_private(key: str) -> bool:
    """Whether the last name of a path is one: a counter or cache that goes with what has a public name."""
    return key.rpartition(".")[2].startswith("_")
