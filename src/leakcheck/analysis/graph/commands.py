"""Plain pytest commands that reproduce what was seen, without leakcheck."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable

from leakcheck.records import Suite, node_id

TWICE = "import pytest, sys; sys.exit(pytest.main(sys.argv[1:]) or pytest.main(sys.argv[1:]))"


def command(suite: Suite, tests: Iterable[str], hash_seed: str = "") -> str:
    """The command that runs just `tests`, in that order, in one new process; under this hash seed, if it matters.

    pytest runs no test twice, so for a test behind itself pytest is called twice in one process.
    """
    sequence = tuple(tests)
    start = suite.launcher.split() if len(set(sequence)) == len(sequence) else ["python", "-c", TWICE]
    seeded = f"PYTHONHASHSEED={hash_seed} " if hash_seed else ""
    return seeded + shlex.join([*start, *suite.flags, *arguments(suite, sequence)])


def arguments(suite: Suite, tests: Iterable[str]) -> list[str]:
    """What `command` hands to pytest, but for the flags that switch plugins off."""
    return [*suite.extra, *dict.fromkeys(_from_invocation(suite, node_id(test)) for test in tests)]


def import_command(suite: Suite, files: Iterable[str], test: str) -> str:
    """The command that runs `test` alone while `files` are imported too."""
    return shlex.join([*suite.launcher.split(), *suite.flags, *import_arguments(suite, files, test)])


def import_arguments(suite: Suite, files: Iterable[str], test: str) -> list[str]:
    """What `import_command` hands to pytest, but for the flags that switch plugins off."""
    paths = [_from_invocation(suite, file) for file in files]
    skips = [f"--deselect={file}" for file in files]
    return [*suite.extra, *skips, *paths, _from_invocation(suite, node_id(test))]


def suite_command(suite: Suite, *, seed: int | None = None) -> str:
    """The command that runs the whole suite as declared, or as pytest-randomly shuffles it for `seed`."""
    flags = [flag for flag in suite.flags if seed is None or not flag.startswith("--randomly")]
    seeded = [] if seed is None else [f"--randomly-seed={seed}"]
    return shlex.join([*suite.launcher.split(), *suite.args, *flags, *seeded])


def _from_invocation(suite: Suite, node_id: str) -> str:
    """Node ids are relative to the rootdir; commands are typed where the user stands."""
    if suite.invocation in (".", ""):
        return node_id
    path, mark, rest = node_id.partition("::")
    root = suite.rootdir.replace("\\", "/")
    start = posixpath.normpath(posixpath.join(root, suite.invocation))
    return posixpath.relpath(posixpath.join(root, path), start) + mark + rest
