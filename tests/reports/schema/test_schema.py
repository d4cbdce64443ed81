"""The shipped schema is the generated one, it is strict, and the documentation tells all of it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from leakcheck.reports.schema import schema as json_schema

SHIPPED = files("leakcheck.reports.schema").joinpath("report-format-1.schema.json")
PAGE = Path(__file__).parents[3] / "docs" / "report-format-1.md"


def records(node: object, name: str = "report") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object with fixed keys in a schema."""
    for key, value in node.items() if isinstance(node, dict) else ():
        yield from records(value, key)
    if isinstance(node, dict) and node.get("type") == "object" and "properties" in node:
        yield name, node


def test_the_shipped_schema_is_the_generated_one() -> None:
    assert SHIPPED.read_text("utf-8") == json_schema.text()


@pytest.mark.processes
def test_the_module_prints_the_schema() -> None:
    command = [sys.executable, "-m", "leakcheck.reports.schema.schema"]
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout == json_schema.text()


def test_it_is_a_schema_of_draft_2020_12() -> None:
    schema = json_schema.schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)


def test_no_object_allows_other_keys_and_all_keys_are_required() -> None:
    for name, each in records(json_schema.schema()):
        assert each["additionalProperties"] is False, name
        assert name == "outcomes" or each["required"] == list(each["properties"]), name


def test_the_page_tells_every_key_of_every_object() -> None:
    page = PAGE.read_text("utf-8")
    chapters = {found[1]: found[2] for found in re.finditer(r"^## `(\w+)`.*?\n(.*?)(?=^## |\Z)", page, re.M | re.S)}
    for name, each in records(json_schema.schema()):
        if name != "outcomes":
            told = re.findall(r"^\| `(\w+)` \|", chapters[name], re.M)
            assert told == list(each["properties"]), name


def test_the_example_of_the_page_is_a_valid_report() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    jsonschema.validate(json.loads(example), json_schema.schema())
