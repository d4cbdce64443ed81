"""A leak in words: what, before and after, where it was written, and how it is usually fixed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, repeat

from leakcheck.analysis.advice.by_kind import leak_advice
from leakcheck.analysis.graph.paths import joined_paths, the_one
from leakcheck.guard.leaving import Left
from leakcheck.records import Kind, Leak
from leakcheck.reports.wording.words import clip, listed, more, parts_of, place, plural, writers

MAX_PARTS, MAX_TESTS = 5, 3


def leak_of(group: Sequence[Left], kinds: Mapping[str, Kind]) -> Leak:
    """What several tests, or one, have left through the same line, as one leak."""
    change = group[0].change
    paths = joined_paths(left.change.paths for left in group)
    one = the_one(paths, change.before, change.after)
    return Leak(
        id="L1",
        location=change.location,
        impact="latent",
        polluters=tuple(dict.fromkeys(left.by for left in group)),
        victims=(),
        readers=(),
        sources=tuple(dict.fromkeys(source for left in group for source in left.change.sources)),
        before=one.before,
        after=one.after,
        path=one.path or None,
        paths=paths,
        reach=change.reach,
        internal=change.internal,
        kind=kinds.get(change.location.kind, Kind()),
    )


def headline(leak: Leak, who: str) -> str:
    """ "test_a leaves app.state.user of shop.main:app changed"."""
    return f"{who} leaves {place(leak)}{' changed' if leak.kind.restorable else ''}"


def one_line(leak: Leak, who: str) -> str:
    """The same with what stood there, what stands there now, and the line."""
    part = parts_of(leak)[0]
    at = f", {_written(leak)[0]}" if leak.sources else ""
    return f"{headline(leak, who)} ({clip(part.before)} -> {clip(part.after)}){at}"


def details(leak: Leak, likely: Sequence[str] = ()) -> Iterator[str]:
    """The lines below the headline."""
    parts = parts_of(leak)
    for part in parts[:MAX_PARTS]:
        where = f"{clip(part.path)}: " if part.path and part.path != leak.path else ""
        yield f"{where}{clip(part.before)} -> {clip(part.after)}"
    yield from more(len(parts) - MAX_PARTS, "part")
    yield from _written(leak)
    if likely:
        yield f"probably written at {listed(map(clip, likely))}"
    yield f"fix: {leak_advice(leak)}"


def _written(leak: Leak) -> tuple[str, ...]:
    """The lines that wrote; of what is only compared, the fixture."""
    has_line = (source.line > 0 for source in leak.sources)
    return tuple(
        f"{'written at' if known else 'in'} {text}"
        for text, known in zip(writers(leak.sources), chain(has_line, repeat(False)), strict=False)
    )


def who_left(group: Sequence[Left]) -> str:
    """The fixture, or the test and how many others."""
    tests = list(dict.fromkeys(left.by for left in group))
    if group[0].fixture:
        return f"fixture {clip(group[0].fixture)}"
    others = f" (and {plural(len(tests) - 1, 'other test')})" if len(tests) > 1 else ""
    return f"{clip(tests[0])}{others}"


def how_to_accept(left: Sequence[Left], baseline: str) -> Iterator[str]:
    """What to do about a leak that shall stay."""
    yield f"To accept this, add to {baseline}:"
    yield from dict.fromkeys(f"  {line}" for each in left for line in each.accept.splitlines())
    if not left[0].fixture:
        kinds = ", ".join(dict.fromkeys(f'"{each.change.location.kind}"' for each in left))
        yield f'or mark the test: @pytest.mark.leakcheck(ignore=[{kinds}], reason="...")'
