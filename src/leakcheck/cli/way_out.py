"""What else is known of an error: the file that a value stands in, the interpreter used, the line to type."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leakcheck.cli.environments import environment_beside
from leakcheck.cli.given import Given
from leakcheck.cli.written import tests_like
from leakcheck.errors import CollectionFailed, LeakcheckError
from leakcheck.options import Settings

_NO_MODULE = re.compile(r"No module named '?([\w.]+)'?")
_NOT_FOUND = "ERROR: not found: "
_ALL = "Else make plain `pytest --collect-only` pass first."


@contextmanager
def way_out(settings: Settings, given: Given = Given()) -> Iterator[None]:  # noqa: B008 - it is immutable
    """Add to an error what the user may need to fix it."""
    try:
        yield
    except LeakcheckError as error:
        _name_source(error, settings)
        if error.option == "python":
            error.hint = "\n".join(filter(None, (_other_environment(settings, given), error.hint)))
        elif isinstance(error, CollectionFailed):
            _look_into(error, settings, given)
        raise


def _name_source(error: LeakcheckError, settings: Settings) -> None:
    if error.option in settings.written:
        error.message += f" ({_key(error.option)} in {settings.source})"


def _look_into(error: CollectionFailed, settings: Settings, given: Given) -> None:
    missing = _NO_MODULE.search(error.detail)
    if missing:
        error.hint = _missing(missing[1], settings, given)
    elif _NOT_FOUND in error.detail:
        _name_test(error, settings)
    elif "pytest_args" in settings.written and "unrecognized arguments" in error.detail:
        error.hint = f"Look at {_key('pytest_args')} in {settings.source}, and at pytest's own configuration."
    elif settings.options.python == sys.executable:
        error.hint = _own(settings, given) or error.hint


def _own(settings: Settings, given: Given) -> str:
    """Another version of pytest or of a plugin fails in as many ways as a missing module does."""
    other = _other_environment(settings, given)
    return (
        f"The suite was imported by {sys.executable}, leakcheck's own interpreter.\n{other}\n{_ALL}"
        if other
        else ""
    )


def _missing(module: str, settings: Settings, given: Given) -> str:
    """The likeliest mistake of all: leakcheck has an environment of its own, and so has the project."""
    python = settings.options.python
    own = ", leakcheck's own interpreter" if python == sys.executable else ""
    used = f"The suite was imported by {python}{own}, which has no module {module}."
    other = _other_environment(settings, given)
    if other:
        return f"{used}\n{other}\n{_ALL}"
    if not own:
        return f"{used}\nInstall it there, or name another interpreter with --python.\n{_ALL}"
    line = given.with_python("PATH/TO/bin/python").line
    return f"{used}\nIf the project has an environment of its own, name its interpreter:\n  {line}\n{_ALL}"


def _other_environment(settings: Settings, given: Given) -> str:
    """The environment that lies here and was not used, and the line that uses it; "" if there is none."""
    found = environment_beside(settings.options.python, os.environ, Path.cwd())
    if found is None:
        return ""
    line = given.with_python(found.python).line
    return f"{found.told} lies here. If the project's packages are in it, type:\n  {line}"


def _name_test(error: CollectionFailed, settings: Settings) -> None:
    """pytest knows the file, and nothing of that name in it."""
    for path in settings.options.paths:
        if "::" in path and path.partition("::")[2] in error.detail:
            error.message = f"pytest finds no test {path}"
            near = tests_like(path)
            error.hint = f"Did you mean: {', '.join(near)}?" if near else "Name a test that is there."
            error.option = "paths"
            _name_source(error, settings)
            return


def _key(field: str) -> str:
    return field.replace("_", "-")
