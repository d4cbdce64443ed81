"""What the settings of the process were at the beginning of a look. What a wider fixture sets is what its tests
find: it counts as unchanged as long as the fixture lives, and no longer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from leakcheck.probes import MISSING, Setting, Values
from leakcheck.recorder.comparing import differ

Name = tuple[str, str]


class Otherwise(NamedTuple):
    """A setting that differs from what it was."""

    probe: Setting
    owner: str
    key: str
    old: Any
    new: Any


class SettingsLook:
    """Reads all settings of `probes` at the beginning, and tells later what differs."""

    def __init__(self, probes: Iterable[Setting]) -> None:
        self._probes = {each.kind: each for each in probes}
        self._glances = {kind: glance_at(each) for kind, each in self._probes.items()}
        self._before = dict(read_settings(self._probes.values()))
        self._begun: list[Mapping[str, Values]] = []
        self._found: dict[str, dict[tuple[str, Name], Any]] = {}

    def otherwise(self) -> list[Otherwise]:
        """Asked after every test: a kind is read where a glance at it differs from the one before. Modules that
        were imported are no difference, and need not be looked at again."""
        found: list[Otherwise] = []
        for kind, before in self._before.items():
            probe = self._probes[kind]
            if is_still(probe, self._glances[kind]):
                continue
            glance = glance_at(probe)
            if glance is MISSING or differ(self._glances[kind], glance):
                there = list(_compared(probe, before))
                found += there
                if not there:
                    self._glances[kind] = glance
        return found

    def begin(self) -> None:
        """A wider fixture is about to be set up, perhaps within the set-up of another."""
        self._begun.append(read_settings(self._by_fixtures()))

    def set_up(self, fixture: str | None) -> None:
        """It is set up, and goes by that name; None if that failed."""
        was = self._begun.pop()
        if fixture is None:
            return
        now = read_settings(self._by_fixtures())
        mine = self._found.setdefault(fixture, {})
        for kind, after in now.items():
            earlier, before = was.get(kind, {}), dict(self._before.get(kind, {}))
            for name in {*earlier, *after}:
                if differ(earlier.get(name, MISSING), after.get(name, MISSING)):
                    mine.setdefault((kind, name), self._probes[kind].was(before, name))
                    _set(before, name, after.get(name, MISSING))
            self._before[kind], self._glances[kind] = before, MISSING

    def over(self, fixture: str) -> list[Otherwise]:
        """All of it is torn down: what it leaves differs from what was there before it. What it has set, as far as
        that still counts as unchanged."""
        mine = []
        for (kind, (owner, key)), value in self._found.pop(fixture, {}).items():
            before = self._before[kind] = dict(self._before[kind])
            self._glances[kind] = MISSING
            mine.append(Otherwise(self._probes[kind], owner, key, value, before.get((owner, key), MISSING)))
            _set(before, (owner, key), value)
        return mine

    def _by_fixtures(self) -> list[Setting]:
        return [each for each in self._probes.values() if each.by_fixtures]


def _compared(probe: Setting, before: Values) -> Iterator[Otherwise]:
    after = read_settings((probe,)).get(probe.kind, {})
    for owner, key in probe.candidates(before, after):
        old, new = probe.was(before, (owner, key)), after.get((owner, key), MISSING)
        if differ(old, new):
            yield Otherwise(probe, owner, key, old, new)


def glance_at(probe: Setting) -> Any:
    """A glance at a kind; MISSING where there is none, or it cannot be had."""
    try:
        return probe.glance()
    except Exception:  # a test may have broken anything
        return MISSING


def is_still(probe: Setting, glance: Any) -> bool:
    """Whether nothing can differ from the last glance at a kind, as far as that is told quickly."""
    try:
        return glance is not MISSING and probe.is_still(glance)
    except Exception:  # a test may have broken anything
        return False


def read_settings(probes: Iterable[Setting]) -> Mapping[str, Values]:
    """kind -> (owner, key) -> value, of all that can be read now."""
    found: dict[str, Values] = {}
    for probe in probes:
        try:
            found[probe.kind] = probe.read()
        except Exception:  # a test may have broken anything
            continue
    return found


def _set(values: dict[Name, Any], name: Name, value: Any) -> None:
    if value is MISSING:
        values.pop(name, None)
    else:
        values[name] = value
