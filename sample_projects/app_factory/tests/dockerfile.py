"""Reads a Dockerfile: as much of the format as ours uses."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]


def instructions(dockerfile: Path = PROJECT / "Dockerfile") -> Iterator[tuple[str, str]]:
    """Each instruction and its arguments, continued lines joined and comments left out."""
    lines = (line for line in dockerfile.read_text().splitlines() if not line.startswith("#"))
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if line:
            instruction, arguments = line.split(maxsplit=1)
            yield instruction, arguments


def arguments_of(wanted: str) -> list[str]:
    """The arguments of every such instruction, in the order of the file."""
    return [arguments for instruction, arguments in instructions() if instruction == wanted]


def exec_form(arguments: str) -> list[str]:
    """The command in `["program", "argument"]`, the form that no shell comes between.

    Raises ValueError for the shell form, in which the program would not get Docker's SIGTERM.
    """
    command = json.loads(arguments)
    if not isinstance(command, list) or not all(isinstance(word, str) for word in command):
        raise ValueError(f"not a command in exec form: {arguments}")
    return command


def command() -> list[str]:
    """What a container runs: the last CMD counts."""
    return exec_form(arguments_of("CMD")[-1])


def workers() -> int:
    """How many processes that command serves with."""
    words = command()
    return int(words[words.index("--workers") + 1])


def health_command() -> list[str]:
    """What Docker asks a running container with."""
    return exec_form(arguments_of("HEALTHCHECK")[-1].partition("CMD ")[2])
