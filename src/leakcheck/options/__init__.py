"""What the user asked for: command line over configuration file over profile over defaults."""

from leakcheck.options.budgets import BUDGET, parse_budget
from leakcheck.options.checks import did_you_mean
from leakcheck.options.files import ConfigFile, find_config, load_config
from leakcheck.options.merging import settle
from leakcheck.options.model import (
    BASELINE,
    EngineName,
    FailOn,
    Guarding,
    GuardMode,
    Isolation,
    Judging,
    Options,
    ProfileName,
    Settings,
)
from leakcheck.options.profiles import PROFILES, Profile
from leakcheck.options.rules import ANY, Ignore, matches
from leakcheck.options.table import OF_AUDIT, OF_GUARD, TABLE, Option

__all__ = [
    "ANY",
    "BASELINE",
    "BUDGET",
    "OF_AUDIT",
    "OF_GUARD",
    "PROFILES",
    "TABLE",
    "ConfigFile",
    "EngineName",
    "FailOn",
    "GuardMode",
    "Guarding",
    "Ignore",
    "Isolation",
    "Judging",
    "Option",
    "Options",
    "Profile",
    "ProfileName",
    "Settings",
    "did_you_mean",
    "find_config",
    "load_config",
    "matches",
    "parse_budget",
    "settle",
]
