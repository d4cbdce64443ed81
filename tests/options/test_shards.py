"""Which share: as people write it, and as a CI says it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from leakcheck.errors import UsageError
from leakcheck.options.shards import parse_shard


@pytest.mark.parametrize(("text", "wanted"), [("1/1", (1, 1)), ("2/4", (2, 4)), ("16/16", (16, 16))])
def test_an_index_from_1_and_a_total(text: str, wanted: tuple[int, int]) -> None:
    assert parse_shard(text, {}) == wanted


@pytest.mark.parametrize("text", ["", "2", "0/4", "5/4", "a/b", "-1/4", "1/0", "2/4/6", "1/99999", "٢/٤", "AUTO"])
def test_nothing_else(text: str) -> None:
    with pytest.raises(ValueError, match="no share"):
        parse_shard(text, {})


@pytest.mark.parametrize(
    ("environment", "wanted"),
    [
        ({"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "4"}, (2, 4)),
        ({"CI_NODE_TOTAL": "1"}, (1, 1)),
    ],
)
def test_auto_is_what_the_ci_says(environment: Mapping[str, str], wanted: tuple[int, int]) -> None:
    assert parse_shard("auto", environment) == wanted


@pytest.mark.parametrize(
    "environment",
    [{}, {"CI_NODE_TOTAL": "4"}, {"CI_NODE_INDEX": "0", "CI_NODE_TOTAL": "4"}, {"CI_NODE_INDEX": "2"}],
)
def test_auto_without_a_word_of_the_ci_is_no_whole_audit(environment: Mapping[str, str]) -> None:
    with pytest.raises(UsageError, match="--shard auto: CI_NODE_INDEX is"):
        parse_shard("auto", environment)


def test_the_variables_count_only_where_they_are_asked_for() -> None:
    assert parse_shard("1/2", {"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "4"}) == (1, 2)
