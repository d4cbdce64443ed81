"""Wording that all formats share. Text of the audited project comes out with nothing hidden in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from leakcheck.analysis.advice.names import place_at
from leakcheck.nouns import agreeing, plural
from leakcheck.records import Leak, PathChange, Source
from leakcheck.text import MAX_TEXT, clean, clip

__all__ = [
    "MAX_TEXT",
    "agreeing",
    "also_left",
    "clean",
    "clip",
    "duration",
    "joined",
    "listed",
    "more",
    "outcomes_by_word",
    "parts_of",
    "place",
    "place_at",
    "plural",
    "writer",
    "writers",
]

_PHASES: Mapping[str, str] = {
    "setup": "during setup",
    "call": "during the call",
    "teardown": "during teardown",
    "import": "at import",
}


def listed(parts: Iterable[str]) -> str:
    """The parts that are not empty, behind commas."""
    return ", ".join(part for part in parts if part)


def joined(parts: Sequence[str]) -> str:
    """The parts as a sentence names them: "F1, F2 and F3"."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def duration(seconds: float) -> str:
    """Seconds as people say them: "0.4 s", "12 s", "2 min 5 s"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 100 else f"{whole // 60} min {whole % 60} s"


def place(leak: Leak) -> str:
    """Where `leak` is, in the words of the project's own code: `app.state.cache["mug"] of shop.main:app`."""
    return place_at(leak.location, leak.kind, leak.path)


def also_left(leak: Leak, limit: int = 3) -> str:
    """What the same lines leave elsewhere: "also datetime.date, datetime.datetime, + 8 more"; "" if nothing."""
    names = [place_at(each.location, each.kind) for each in leak.also]
    return listed((f"also {names[0]}", *names[1:limit], *more(len(names) - limit))) if names else ""


def writer(source: Source) -> str:
    """Who wrote: `tests/conftest.py:41 in fixture client (module scope), during setup`."""
    spot = f"{source.file}:{source.line}" if source.line else source.file
    return clip(f"{spot}{_within(source)}, {_PHASES.get(source.phase, source.phase)}", 2 * MAX_TEXT)


def _within(source: Source) -> str:
    fixture = f"fixture {source.fixture} ({source.scope or 'function'} scope)" if source.fixture else ""
    function = source.function if source.function not in ("", "<module>", source.fixture) else ""
    names = listed([function, fixture])
    return f" in {names}" if names else ""


def writers(sources: Sequence[Source], limit: int = 3) -> tuple[str, ...]:
    """One text for each line that wrote, at most `limit`, and how many more there are."""
    return (*map(writer, sources[:limit]), *more(len(sources) - limit))


def more(number: int, noun: str = "", many: str = "", *, where: str = "") -> tuple[str, ...]:
    """A last line for a shortened list: "+ 2 more", "+ 1 more test"; none if nothing was left out."""
    what = agreeing(number, noun, many or (noun and f"{noun}s"))
    return (" ".join(filter(None, (f"+ {number:,} more", what, where))),) if number > 0 else ()


def parts_of(leak: Leak) -> tuple[PathChange, ...]:
    """What changed, part by part: the paths inside the value when several differ, else the value itself."""
    if leak.path is None and leak.paths:
        return leak.paths
    found = (each for each in leak.paths if each.path == leak.path)
    return (PathChange("", *next(((each.before, each.after) for each in found), (leak.before, leak.after))),)


def outcomes_by_word(outcomes: Mapping[str, str]) -> str:
    """What a test did in which orders: "failed in reversed, random-1; passed in declared"."""
    words = sorted(set(outcomes.values()), key=lambda word: (word in ("passed", "skipped"), word))
    return "; ".join(f"{word} in {listed(_names(outcomes, word))}" for word in words)


def _names(outcomes: Mapping[str, str], word: str) -> Iterator[str]:
    return (clip(name) for name, outcome in outcomes.items() if outcome == word)
