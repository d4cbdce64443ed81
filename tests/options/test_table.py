"""One table of options: what people may say on the command line, in a file and in documents is derived from it."""

from __future__ import annotations

import inspect
import re
from dataclasses import fields
from pathlib import Path

import pytest

from leakcheck.cli.app import app
from leakcheck.cli.options import offered
from leakcheck.options import OF_GUARD, TABLE, Judging, Option, Options
from leakcheck.options.checks import Unfit

PAGE = Path(__file__).parents[2] / "docs/configuration.md"
WITHOUT = {"budget_unit", "random_until", "shards", "ignore", "severity", "databases"}
"""Fields that no option of one value sets: halves of `budget`, `random` and `shard`, and tables of a file."""


def parameters() -> set[str]:
    run = next(
        each.callback for each in app.registered_commands if each.callback and each.callback.__name__ == "run"
    )
    return set(inspect.signature(run).parameters)


def rows() -> dict[str, list[str]]:
    """The table of keys in the page about configuration."""
    table = PAGE.read_text("utf-8").partition("## Keys\n")[2].partition("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if "|" in line]
    return {row[0].strip(" `"): row[1:] for row in cells[2:]}


def test_every_field_is_an_option() -> None:
    assert TABLE.keys() == {spec.name for cls in (Options, Judging) for spec in fields(cls)} - WITHOUT


def test_every_option_with_a_help_is_one_of_run() -> None:
    wanted = {name for name, option in TABLE.items() if option.said.help}
    assert wanted <= parameters()
    assert TABLE.keys() - wanted == {"pytest_args"}


@pytest.mark.parametrize("option", [*TABLE.values(), *OF_GUARD.values()], ids=[*TABLE, *OF_GUARD])
def test_the_page_tells_the_option_as_it_is(option: Option) -> None:
    value, default, meaning = rows()[option.key]
    assert meaning
    if option.choices:
        assert re.findall(r"`(.+?)`", value) == list(option.choices)
    if option.hint is bool:
        assert (value, default.strip("`")) == ("`true`, `false`", str(option.default).lower())
    elif not option.is_list:
        assert default.strip("`") == option.usual.partition(";")[0]


def test_the_page_tells_of_nothing_else() -> None:
    assert rows().keys() == {option.key for option in (*TABLE.values(), *OF_GUARD.values())} | {
        "databases",
        "ignore",
        "severity",
    }


@pytest.mark.parametrize("option", TABLE.values(), ids=list(TABLE))
def test_a_value_of_another_type_is_unfit(option: Option) -> None:
    with pytest.raises(Unfit, match="expected"):
        option.check({})


@pytest.mark.parametrize("name", ["lanes", "seed", "depth", "test_timeout", "execution_timeout"])
def test_the_least_is_the_same_on_both_ways(name: str) -> None:
    option = TABLE[name]
    least = option.said.least
    assert least is not None
    assert option.check(option.hint(least)) == least
    with pytest.raises(Unfit, match=f"at least {least:g}"):
        option.check(option.hint(least - 1))
    assert offered(name).min == least
