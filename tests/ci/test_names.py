"""Nothing asks a package index for leakcheck before it is published: until then anybody could take its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ci.steps import ROOT

TEXTS = (".md", ".toml", ".yml", ".yaml", ".py", ".txt", ".cfg", ".ini", ".sh", "Dockerfile", "run")
PLACES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "action.yml",
    ".pre-commit-hooks.yaml",
    "pyproject.toml",
    "mkdocs.yml",
)
FOLDERS = ("docs", "templates", "sample_projects", "src", ".ci")
_NAME = r"(?:pytest[-_.]+)?leakcheck"
_ALONE = rf"(?<![\w./@+-]){_NAME}(?:\[[^\]]*\])?(?![\w./@-])"
_COMMANDS = (
    r"(?:pip3?|conda) (?:-\S+ )*install|session\.install|uv add|uvx|uv tool (?:install|run)|uv run --with|"
    r"pipx (?:install|run|inject)|poetry add|pdm add"
)
INSTALLING = re.compile(rf"(?:{_COMMANDS})\b[^\n`&]*[\s\"'(]{_ALONE}", re.I)
REQUIRING = re.compile(
    rf"[\"']{_NAME}(?:\[[^\]]*\])?\s*(?:[=<>!~;][^\"']*)?[\"']|pytest-leakcheck\s*[=<>~!]=", re.I
)
LISTING = re.compile(rf"^\s*(?:-\s*)?pytest[-_.]leakcheck\s*$|LEAKCHECK_INSTALL:\s*{_NAME}", re.I | re.M)
OURS = re.compile(r'^name = "pytest-leakcheck"$', re.M)
"""How pyproject.toml says what the name is."""


def files() -> Iterator[Path]:
    yield from (ROOT / name for name in PLACES)
    for folder in FOLDERS:
        found = (ROOT / folder).rglob("*")
        yield from (
            path
            for path in found
            if path.is_file() and path.name.endswith(TEXTS) and ".leakcheck" not in path.parts
        )


def asked_for(text: str) -> list[str]:
    """Every place where the name stands for what an index has."""
    lines = OURS.sub("", text).splitlines()
    return [line for line in lines if INSTALLING.search(line) or LISTING.search(line) or _requires(line)]


def _requires(line: str) -> bool:
    """A requirement in quotes, in a list of them: elsewhere the word is a command, a logger, a key."""
    listed = re.search(r"dependencies|requires|packages|session\.install|deps\b|^\s*[\"'][^\"']*[\"'],\s*$", line)
    return bool(listed and REQUIRING.search(line)) or bool(re.search(r"pytest-leakcheck\s*(?:[=<>~!]=|\[)", line))


def test_nobody_asks_an_index_for_the_name() -> None:
    found = {str(path.relative_to(ROOT)): asked_for(path.read_text("utf-8")) for path in files()}
    assert len(found) > 200
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    [
        "pip install pytest-leakcheck",
        "python -m pip install -q leakcheck",
        "uv add --dev pytest-leakcheck",
        "uvx leakcheck run",
        "uvx --from pytest-leakcheck leakcheck run",
        "pipx install 'pytest-leakcheck[fastapi]'",
        'dependencies = ["pytest-leakcheck"]',
        '    "pytest-leakcheck[docs]",',
        'what="pytest-leakcheck==$LEAKCHECK_VERSION"',
        "    LEAKCHECK_INSTALL: pytest-leakcheck",
        "    pytest-leakcheck",
        'session.install("leakcheck")',
    ],
)
def test_the_search_finds(line: str) -> None:
    assert asked_for(f"before\n{line}\nbehind\n") == [line]


@pytest.mark.parametrize(
    "line",
    [
        "pip install path/to/leakcheck",
        "pip install git+https://git.example.com/OWNER/leakcheck@REF",
        "~/leakcheck/bin/pip install path/to/this/checkout",
        "~/leakcheck/bin/leakcheck run tests",
        'session.install("path/to/leakcheck")',
        "LEAKCHECK_INSTALL: git+https://gitlab.example.com/OWNER/leakcheck@REF",
    ],
)
def test_the_search_leaves_alone(line: str) -> None:
    assert asked_for(line) == []
