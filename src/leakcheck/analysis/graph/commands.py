"""Plain pytest commands that reproduce what was seen, without leakcheck."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable

from leakcheck.records import Suite, node_id

TWICE = (
    "import copy, pytest, sys; loop = lambda self, session: [each.ihook.pytest_runtest_protocol(item=each, "
    "nextitem=following) for each in session.items for following in (copy.copy(each), None)]; "
    'sys.exit(pytest.main(sys.argv[1:], plugins=[type("Twice", (), {"pytest_runtestloop": loop})()]))'
)
"""Runs each test twice in one session: all that is wider than a test lives on, and no conftest is imported anew."""


def command(suite: Suite, tests: Iterable[str], hash_seed: str = "") -> str:
    """The command that runs just `tests`, in that order, in one new process; under this hash seed, if it matters.

    pytest runs no test twice, so a test behind itself has a loop of its own.
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


def import_order(suite: Suite, files: Iterable[str], test: str) -> tuple[str, ...]:
    """`files` and that of `test`, as the suite imports them."""
    own = next((item.file for item in suite.tests if item.id == test), test.partition("::")[0])
    wanted = dict.fromkeys((*files, own))
    there = dict.fromkeys(item.file for item in suite.tests if item.file in wanted)
    return (*(file for file in wanted if file not in there), *there)


def import_arguments(suite: Suite, files: Iterable[str], test: str) -> list[str]:
    """What `import_command` hands to pytest, but for the flags that switch plugins off.

    A test of each file stands for it, and is deselected: pytest imports the files of tests that are named in the
    order of these names, and before all files that are named as a whole.
    """
    others = {file: _any_test(suite, file) for file in files}
    names = [others.get(file) or node_id(test) for file in import_order(suite, files, test)]
    skips = [f"--deselect={other}" for other in others.values()]
    return [*suite.extra, *skips, *(_from_invocation(suite, name) for name in names)]


def _any_test(suite: Suite, file: str) -> str:
    """A name by which pytest imports `file`: of a test in it, without its parameters if that is possible."""
    names = [node_id(item.id) for item in suite.tests if item.file == file and item.id.startswith(f"{file}::")]
    return min(names, key=lambda name: "[" in name, default=file).partition("[")[0]


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
