"""How a leak is usually fixed: what its kind of state declares, and what is the same for all kinds."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import takewhile
from pathlib import PurePosixPath

from leakcheck.analysis.advice.names import location_names
from leakcheck.nouns import plural
from leakcheck.records import MAX_TEMPLATE, NO_VALUE, WHOLE, Leak
from leakcheck.text import clip, filled

MAX_ADVICE = 2 * MAX_TEMPLATE
_IMPORT = "Move the statement from module level into a fixture, and undo it after the yield."
BRITTLE = "Let the test make the state that it needs, in a fixture of its own."
SELF = "Put back what the test changes, so that it finds the same state when it runs again."
AT_ONCE = (
    "Several lines change it, by code of a third party: put it back in one fixture that all these tests use "
    "(`autouse=True`, in `conftest.py`)."
)
_ONE_PLACE = (
    "It is changed by {lines}: one fixture with `autouse=True` in `{place}` can put it back for all of them."
)
STARTED = (
    "What is started has to be stopped: use it in a `with` block or as a decorator (`@freeze_time(...)`, "
    "`@time_machine.travel(...)`), or call its `stop()` behind the yield of a fixture."
)
_FAKE_TIME = ("freezegun", "time_machine")
UNEXPLAINED = (
    "leakcheck knows which tests, but no state that it watches explains it: look for module globals, caches, "
    "files or servers that these tests share."
)


def leak_advice(leak: Leak) -> str:
    """Advice for `leak`."""
    about = leak.kind.about
    if leak.location.key == WHOLE and about.whole_advice:
        return _filled(about.whole_advice, leak)
    if any(source.phase == "import" for source in leak.sources):
        return _IMPORT
    if is_at_once(leak):
        return AT_ONCE
    if is_travelled(leak):
        return STARTED
    if about.entry_advice and is_in_container(leak):
        return _filled(about.entry_advice, leak)
    advice = _filled((about.replaced_advice if is_replaced(leak) else "") or about.advice, leak)
    return f"{advice} {_in_one_place(leak)}" if len(lines_of(leak)) > 1 else advice


def is_in_container(leak: Leak) -> bool:
    """Whether it is an entry of a container, or entries of it are all that it is."""
    paths = [each.path for each in leak.paths]
    return leak.location.key.endswith("]") or (bool(paths) and all(path.startswith("[") for path in paths))


def is_travelled(leak: Leak) -> bool:
    """Whether a package that fakes the time has put it there."""
    values = (leak.after, *(each.after for each in leak.also))
    return any(f" {package}." in value for package in _FAKE_TIME for value in values)


def _in_one_place(leak: Leak) -> str:
    """Where one fixture ends what several lines leave: their file, or the conftest.py above all of them."""
    files = dict.fromkeys(source.file for source in leak.sources)
    return _ONE_PLACE.format(lines=plural(len(lines_of(leak)), "line"), place=_above(files))


def _above(files: Iterable[str]) -> str:
    """The file, if it is one, else the conftest.py of the folder that holds them all."""
    parts = [PurePosixPath(file.replace("\\", "/")).parts for file in files]
    if len(parts) == 1:
        return "/".join(parts[0])
    common = takewhile(lambda level: len({*level}) == 1, zip(*(each[:-1] for each in parts), strict=False))
    return "/".join((*(level[0] for level in common), "conftest.py"))


def is_replaced(leak: Leak) -> bool:
    """Whether a value stood there before, which is gone or another now."""
    return leak.before != NO_VALUE


def is_at_once(leak: Leak) -> bool:
    """Whether several lines make a third party's code change it: it is put back in one place."""
    return leak.internal and len(lines_of(leak)) > 1


def lines_of(leak: Leak) -> frozenset[tuple[str, int]]:
    """The lines that wrote it, whoever made them run."""
    return frozenset((source.file, source.line) for source in leak.sources)


def _filled(template: str, leak: Leak) -> str:
    return clip(filled(template[:MAX_TEMPLATE], location_names(leak.location, leak.path)), MAX_ADVICE)
