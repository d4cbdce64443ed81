"""Whether a worker has what the host has, asked before it runs anything, and what differs, in words."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from leakcheck import __version__
from leakcheck.engine.cluster.terms import Seen
from leakcheck.engine.interpreter import PATIENCE, distributions_of
from leakcheck.text import some
from leakcheck.workspace.source_digests import sources_of

_TOLD = 5
_TOOLS = frozenset({"pip", "uv", "wheel"})
"""Install others, and are of no use to a test."""
_ASK = "import platform; print(platform.python_implementation(), platform.python_version(), platform.machine())"


def seen_here(project: str, root: Path, python: str, salt: str) -> Seen:
    """What is in the project below `root`, and in the environment of `python`."""
    found = {name: version for name, version in distributions_of(python).items() if name not in _TOOLS}
    return Seen(__version__, _version(python), found, sources_of(root, salt), project)


def differences(host: Seen, there: Seen) -> list[str]:
    """What makes executions there no evidence for the host; nothing if all is the same."""
    return [
        *_unlike("leakcheck", host.leakcheck, there.leakcheck),
        *_unlike("Python", host.python, there.python),
        *_some("distributions", list(_installed(host.found, there.found))),
        *_some("files", list(_files(host.sources, there.sources))),
    ]


def _version(python: str) -> str:
    if python == sys.executable:
        return f"{platform.python_implementation()} {platform.python_version()} {platform.machine()}"
    try:
        done = subprocess.run(
            [python, "-c", _ASK], stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"none: cannot start {python} ({type(error).__name__})"
    return done.stdout.decode("utf-8", "replace").strip() or f"none: {python} does not tell"


def _unlike(what: str, host: str, there: str) -> Iterator[str]:
    if host != there:
        yield f"{what} is {there}, and {host} here"


def _installed(host: Mapping[str, str], there: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(host.keys() | there.keys()):
        if host.get(name) != there.get(name):
            yield f"{name} is {there.get(name, 'missing')}, and {host.get(name, 'missing')} here"


def _files(host: Mapping[str, str], there: Mapping[str, str]) -> Iterator[str]:
    if host and not there:
        yield "none of the project's files is there"
        return
    for name in sorted(host.keys() | there.keys()):
        if host.get(name) != there.get(name):
            yield f"{name} {_what(name, host, there)}"


def _what(name: str, host: Collection[str], there: Collection[str]) -> str:
    return "is missing" if name not in there else "is there only" if name not in host else "has another content"


def _some(what: str, texts: list[str]) -> Iterator[str]:
    if texts:
        yield f"{what}: {some(texts, _TOLD)}"
