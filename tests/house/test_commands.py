"""Every command line of leakcheck that a page shows is one that leakcheck takes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from leakcheck.cli.app import app

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    *(f"docs/{file.relative_to(ROOT / 'docs')}" for file in (ROOT / "docs").rglob("*.md")),
)
LINE = re.compile(r"leakcheck ((?:run|[a-z]+)\b[^`\n|]*)")
OPTION = re.compile(r"(?<!\S)--?[a-z][a-z-]*")


def known() -> dict[str, set[str]]:
    """Commands with their options; what stands in a group by both words."""
    whole = get_command(app)
    found = {}
    for name, command in whole.commands.items():  # type: ignore[attr-defined]
        inner = getattr(command, "commands", {"": command})
        for word, each in inner.items():
            options = {
                option for parameter in each.params for option in (*parameter.opts, *parameter.secondary_opts)
            }
            found[f"{name} {word}".strip()] = {*options, "--help", "-h"}
    return found


def shown(page: str) -> Iterator[tuple[str, list[str]]]:
    """What is typed, in code: the words behind `leakcheck`, and the options among them."""
    text = (ROOT / page).read_text("utf-8")
    blocks = re.findall(r"```(?:console|bash)?\n(.*?)```|`([^`\n]+)`", text, re.DOTALL)
    for line in "\n".join(first or second for first, second in blocks).splitlines():
        for found in LINE.finditer(line):
            if re.search(r"(^|[\s/(\"])leakcheck $", line[: found.start(1)]):
                own = re.split(r"\s--\s|\s[|&>;]|\)", found[1])[0]
                yield own.strip(), OPTION.findall(own)


@pytest.mark.parametrize("page", PAGES)
def test_what_a_page_tells_to_type_can_be_typed(page: str) -> None:
    commands = known()
    for line, options in shown(page):
        words = line.split()
        name = next((each for each in (" ".join(words[:2]), words[0]) if each in commands), None)
        if name is None:
            assert not options, (page, line)
            continue
        assert [each for each in options if each not in commands[name]] == [], (page, line)


def test_pages_show_many() -> None:
    assert sum(len(list(shown(page))) for page in PAGES) > 60
