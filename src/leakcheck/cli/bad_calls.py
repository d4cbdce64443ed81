"""What to say about a command line that cannot be understood: the nearest word, or the line that was meant."""

from __future__ import annotations

import re
from typing import Any

from leakcheck.cli.given import Given
from leakcheck.cli.pytest_words import behind_dashes, is_for_pytest
from leakcheck.errors import UsageError
from leakcheck.options import did_you_mean

_NO_CHOICE = re.compile(r"'(?P<value>[^']*)' is not one of (?P<names>'.*')\.?$")


def bad_call(error: Any, typed: Given) -> UsageError | None:
    """The error of the command line's parser in our words; None if it is another one."""
    if not hasattr(error, "format_message"):
        return None
    context = getattr(error, "ctx", None)
    told = error.format_message().replace("Value error, ", "")
    option = getattr(error, "option_name", "")
    if option and is_for_pytest(option) and typed.own[:1] == ("run",):
        line = behind_dashes(typed, _options_of(context)).line
        return UsageError(f"{option} is an option of pytest: those go behind --", hint=f"Type:\n  {line}")
    return UsageError(_with_choice(told), hint=f"See `{_path(context)} --help`.{_dashes(option, typed)}")


def _with_choice(told: str) -> str:
    found = _NO_CHOICE.search(told)
    if not found:
        return told
    return told.rstrip(".") + did_you_mean(found["value"], re.findall(r"'([^']*)'", found["names"]))


def _path(context: Any) -> str:
    return getattr(context, "command_path", None) or "leakcheck"


def _dashes(option: str, typed: Given) -> str:
    return " Options of pytest go behind --." if option and typed.own[:1] == ("run",) else ""


def _options_of(context: Any) -> dict[str, bool]:
    """Every option of the command, and whether a value follows it."""
    if context is None:
        return {}
    params = context.command.params
    names = {name: not each.is_flag for each in params if hasattr(each, "is_flag") for name in each.opts}
    off = {name: False for each in params for name in getattr(each, "secondary_opts", ())}
    return {**names, **off, **dict.fromkeys(context.help_option_names, False)}
