"""The schema of the configuration accepts what leakcheck accepts, and refuses what it refuses."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from leakcheck.errors import UsageError
from leakcheck.options import find_config
from leakcheck.options.schema import config_schema
from leakcheck.options.table import KEYS
from options.test_files import FULL

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = [
    (file.name, text)
    for file in sorted(DOCS.rglob("*.md"))
    for text in re.findall(r"```toml\n(.*?)```", file.read_text("utf-8"), re.DOTALL)
    if "[tool.leakcheck" in text or "[[tool.leakcheck" in text
]


def is_valid(table: dict[str, Any]) -> bool:
    return jsonschema.Draft202012Validator(config_schema()).is_valid(table)


def is_accepted(text: str, folder: Path) -> bool:
    (folder / "leakcheck.toml").write_text(text, "utf-8")
    try:
        find_config(folder)
    except UsageError:
        return False
    return True


def test_it_is_a_schema_and_knows_every_key() -> None:
    jsonschema.Draft202012Validator.check_schema(config_schema())
    assert config_schema()["properties"].keys() == {*KEYS, "databases", "ignore", "severity"}


def test_the_whole_configuration_is_valid() -> None:
    jsonschema.validate(tomllib.loads(FULL)["tool"]["leakcheck"], config_schema())


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 3


@pytest.mark.parametrize(("page", "text"), EXAMPLES)
def test_what_the_pages_show_is_valid(page: str, text: str) -> None:
    jsonschema.validate(tomllib.loads(text)["tool"]["leakcheck"], config_schema())


@pytest.mark.parametrize(
    "text",
    [
        "lanes = 0",
        'lanes = "2"',
        "lanes = 2",
        "seed = -1",
        "seed = 0",
        'profile = "slow"',
        'profile = "quick"',
        "paths = 'tests'",
        "paths = ['tests']",
        "paths = [1]",
        "python = ' '",
        "show-values = 1",
        "show-values = true",
        "test-timeout = 0",
        "test-timeout = 2.5",
        "budget = '10m'",
        "budget = 20",
        "budget = []",
        "random = 'auto'",
        "random = []",
        "colour = 'red'",
        "guard = 'fail'",
        "guard = 'loud'",
        "severity = {LK501 = 'error'}",
        "severity = {LK501 = 'loud'}",
        "severity = {X = 'error'}",
        "databases = 'shop'",
        "[databases]\nurls = ['DATABASE_URL']\nservers = ['db', 'db:5433']\nleave = ['bill*']\nmegabytes = 1",
        "[databases]\nurls = ['postgresql://db/shop']",
        "[databases]\nservers = ['me@db']",
        "[databases]\nleave = ['']",
        "[databases]\nmegabytes = 0",
        "[databases]\ntemplates = {shop = 'shop_template'}",
        "[databases]\ntemplates = {shop = 1}",
        "[databases]\ntemplate = 'x'",
        "[[ignore]]\nreason = 'so'",
        "[[ignore]]\nkind = 'environ'",
        "[[ignore]]\nkind = 'environ'\nreason = 'so'",
        "[[ignore]]\nkind = 'environ'\nreason = 'so'\nuntil = '2030-01-31'",
        "[[ignore]]\nkind = 'environ'\nreason = 'so'\nwhy = 'x'",
    ],
)
def test_editors_and_leakcheck_agree(text: str, tmp_path: Path) -> None:
    assert is_valid(tomllib.loads(text)) is is_accepted(text, tmp_path)
