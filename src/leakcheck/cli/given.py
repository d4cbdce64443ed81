"""The command line as it was typed, and as it should have been."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from typing import NamedTuple


class Given(NamedTuple):
    """The words of a command line: leakcheck's own, and those for pytest behind `--`."""

    own: tuple[str, ...] = ()
    for_pytest: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The line to type."""
        behind = ("--", *self.for_pytest) if self.for_pytest else ()
        return shlex.join((_command(), *self.own, *behind))

    def with_python(self, python: str) -> Given:
        """The same, with another interpreter."""
        command, *rest = self.own or ("run",)
        return Given((command, "--python", python, *_without(rest, "--python")), self.for_pytest)


def _command() -> str:
    """What leakcheck is called by: its path, if no other name leads to it."""
    typed = sys.argv[0]
    found = shutil.which("leakcheck")
    by_path = os.path.basename(typed) == "leakcheck" and os.sep in typed
    is_found = found is not None and os.path.exists(typed) and os.path.samefile(found, typed)
    return typed if by_path and not is_found else "leakcheck"


def _without(words: Iterable[str], option: str) -> Iterable[str]:
    left = iter(words)
    for word in left:
        if word == option:
            next(left, None)
        elif not word.startswith(f"{option}="):
            yield word
