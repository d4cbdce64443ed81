"""The names by which a location can be read."""

from __future__ import annotations

import pytest

from leakcheck.analysis.facts.names_of import names_of
from leakcheck.records import Location

WAYS = {"shop:", "shop:PRICES", 'shop:PRICES["a.b"]', 'shop:PRICES["a.b"]["c\\"d"]'}


@pytest.mark.parametrize(
    ("key", "names"),
    [
        ("LIMIT", {"shop:", "shop:LIMIT", "LIMIT"}),
        ("Policy.limit", {"shop:", "shop:Policy", "shop:Policy.limit", "Policy", "limit"}),
        ('PRICES["a.b"]["c\\"d"]', {*WAYS, "PRICES"}),
        ("recall.<level>", {"shop:", "shop:recall", "shop:recall.<level>", "recall", "level"}),
        ("ITEMS[3].name", {"shop:", "shop:ITEMS", "shop:ITEMS[3]", "shop:ITEMS[3].name", "ITEMS", "name"}),
    ],
)  # fmt: skip
def test_its_own_and_the_ways_to_what_holds_it(key: str, names: set[str]) -> None:
    found = names_of(Location("module_globals", "shop", key))
    assert found is not None
    assert found == names


@pytest.mark.parametrize("key", ["", "Policy.__eq__", '["x"]', 'PRICES[("a", 1', "a b"])
def test_what_is_read_without_a_name_or_cannot_be_followed_may_be_read_by_anybody(key: str) -> None:
    assert names_of(Location("module_globals", "shop", key)) is None
