"""One set of options out of the command line, the configuration file, a profile and the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from leakcheck.options.files import ConfigFile
from leakcheck.options.model import Guarding, Judging, Options, ProfileName, Settings
from leakcheck.options.profiles import PROFILES

_OF_JUDGING = frozenset(spec.name for spec in fields(Judging))
_OF_GUARD = frozenset(spec.name for spec in fields(Guarding))


def settle(given: Mapping[str, Any], config: ConfigFile | None) -> Settings:
    """Command line (`given`, without what was left out) over configuration file over defaults.

    A profile stands for several options: one named on the command line goes above the file, one named in the file
    below the other keys of the file.
    """
    written = config.values if config is not None else {}
    merged = {
        **_of_profile(written.get("profile")),
        **written,
        **_of_profile(given.get("profile")),
        **given,
    }
    judging = {name: value for name, value in merged.items() if name in _OF_JUDGING}
    guarding = {name: value for name, value in merged.items() if name in _OF_GUARD}
    options = {name: value for name, value in merged.items() if name not in _OF_JUDGING | _OF_GUARD}
    of_file = config.keys - given.keys() if config is not None else frozenset()
    source = config.name if config is not None else ""
    return Settings(Options(**options), Judging(**judging), Guarding(**guarding), source, of_file)


def _of_profile(name: ProfileName | None) -> Mapping[str, Any]:
    return PROFILES[name].values if name is not None else {}
