"""Wording that all formats share. Text of the audited project comes out with nothing hidden in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from leakcheck.nouns import agreeing, plural
from leakcheck.records import WHOLE, Leak, Location, PathChange, Source

__all__ = [
    "MAX_TEXT",
    "agreeing",
    "clean",
    "clip",
    "duration",
    "joined",
    "listed",
    "more",
    "outcomes_by_word",
    "parts_of",
    "place",
    "plural",
    "writer",
    "writers",
]

MAX_TEXT = 160
"""Longest text shown whole where it need not be copied."""

# Controls, format characters (bidirectional overrides, zero width, tags), lone surrogates, ends of lines, and what
# no XML may hold.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_PHASES: Mapping[str, str] = {
    "setup": "during setup",
    "call": "during the call",
    "teardown": "during teardown",
    "import": "at import",
}


class Form(NamedTuple):
    """How people write a location of one kind: one key of it, and all of it."""

    key: str
    whole: str


_FORMS: Mapping[str, Form] = {
    "app_state": Form("app.state{attribute}{path} of {owner}", "all of app.state of {owner}"),
    "dependency_overrides": Form(
        "dependency_overrides[{key}]{path} of {owner}", "all dependency_overrides of {owner}"
    ),
    "client_cookies": Form("cookie {key}{path} of {owner}", "all cookies of {owner}"),
    "client_headers": Form("header {key}{path} of {owner}", "all headers of {owner}"),
}
_FORMS_OF_PROCESSES: Mapping[str, Form] = {
    "module_globals": Form("{owner}{dotted}{path}", "all globals of {owner}"),
    "caches": Form("the cache of {owner}{dotted}", "all caches of {owner}"),
    "environ": Form("environment variable {key}", "all environment variables"),
    "cwd": Form("the working folder", "the working folder"),
    "sys_path": Form("sys.path{path}", "sys.path"),
    "argv": Form("sys.argv{path}", "sys.argv"),
    "sys_modules": Form("sys.modules[{quoted}]", "sys.modules"),
    "warnings_filters": Form("warnings.filters{path}", "warnings.filters"),
    "logging": Form("{key} of the logger {owner}", "the logger {owner}"),
    "signal_handlers": Form("the handler of {key}", "all signal handlers"),
    "locale": Form("{owner} {key}", "the locale"),
    "context_vars": Form("context variable {key}{path}", "the context variables"),
    "random_state": Form("the state of random", "the state of random"),
    "imports": Form("the import of {key}", "all imports"),
    "files": Form("file {key}", "the files"),
    "threads": Form("threads or tasks alive: {key}", "the threads"),
    "event_loop": Form("the {key} of asyncio", "the event loop of asyncio"),
}
_ANY_FORM = Form("{kind} {owner} {key}{path}", "all {kind} of {owner}")


def clean(text: str) -> str:
    """`text` on one line, with every control character, escape sequence and invisible mark spelled out."""
    return _HIDDEN.sub(lambda found: _spelled(found[0]), text)


def _spelled(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")


def clip(text: str, limit: int = MAX_TEXT) -> str:
    """`text`, clean, its middle left out if it is longer than `limit` characters."""
    shown = clean(text)
    if len(shown) <= limit:
        return shown
    return f"{shown[: limit // 2]}…{shown[-(limit // 4) :]} ({len(shown):,} characters)"


def listed(parts: Iterable[str]) -> str:
    """The parts that are not empty, behind commas."""
    return ", ".join(part for part in parts if part)


def joined(parts: Sequence[str]) -> str:
    """The parts as a sentence names them: "M1, M2 and M3"."""
    return " and ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def duration(seconds: float) -> str:
    """Seconds as people say them: "0.4 s", "12 s", "2 min 5 s"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    return f"{whole} s" if whole < 100 else f"{whole // 60} min {whole % 60} s"


def place(location: Location, path: str | None = None) -> str:
    """A location in the words of the project's own code: `app.state.cache["mug"] of shop.main:app`."""
    form = {**_FORMS, **_FORMS_OF_PROCESSES}.get(location.kind, _ANY_FORM)
    pattern = form.whole if location.key == WHOLE else form.key
    return clip(
        pattern.format(
            kind=location.kind,
            owner=location.owner,
            key=location.key,
            attribute=_attribute(location.key),
            dotted=f".{location.key}" if location.key[:1].isidentifier() else location.key,
            quoted=json.dumps(location.key, ensure_ascii=False),
            path=path or "",
        ),
        2 * MAX_TEXT,
    )


def _attribute(key: str) -> str:
    return f".{key}" if key.isidentifier() else f"[{json.dumps(key, ensure_ascii=False)}]"


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
