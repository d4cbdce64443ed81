"""What a command was asked for: its own options over the configuration file over the defaults."""

from __future__ import annotations

from pathlib import Path

from leakcheck.errors import UsageError
from leakcheck.options import Settings, find_config, load_config, parse_budget, settle


def settings_for(config: str | None, **given: object) -> Settings:
    """The settings, given a command's options by the names of their fields (None: not given).

    `config` is the file named on the command line, None for the nearest.
    """
    here = Path.cwd()
    found = find_config(here) if config is None else load_config(here / config, here)
    return settle({name: value for name, value in given.items() if value is not None}, found)


def budget_of(text: str | None) -> dict[str, object]:
    """The options that `--budget` stands for; UsageError if it is neither runs nor seconds."""
    if text is None:
        return {}
    try:
        number, unit = parse_budget(text)
    except ValueError:
        raise UsageError(
            f"--budget {text}: neither a number of runs nor a number of seconds",
            hint="Write --budget 20 for twenty times the declared order, or --budget 90s.",
        ) from None
    return {"budget": number, "budget_unit": unit}
