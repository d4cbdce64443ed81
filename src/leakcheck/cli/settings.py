"""What a command was asked for: its own options over the configuration file over the defaults."""

from __future__ import annotations

from pathlib import Path

from leakcheck.options import Settings, find_config, load_config, settle


def settings_for(config: str | None, **given: object) -> Settings:
    """The settings, given a command's options by the names of their fields (None: not given).

    `config` is the file named on the command line, None for the nearest.
    """
    here = Path.cwd()
    found = find_config(here) if config is None else load_config(here / config, here)
    return settle({name: value for name, value in given.items() if value is not None}, found)
