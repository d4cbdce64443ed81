"""LK511: the environment is patched behind settings that are read once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from shop import settings


@pytest.fixture
def in_pounds(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("SHOP_CURRENCY", "GBP")
    settings.currency.cache_clear()
    yield
    settings.currency.cache_clear()


def test_read_at_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_REGION", "south")  # REGION is read already
    assert settings.REGION == "north"


def test_cached_under_the_patch(monkeypatch: pytest.MonkeyPatch) -> None:
    settings.greeting.cache_clear()
    monkeypatch.setenv("SHOP_GREETING", "good day")  # it stays cached when this is undone
    assert settings.greeting() == "good day"


def test_cleared_before_and_after(in_pounds: None) -> None:
    assert settings.currency() == "GBP"


def test_read_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_LANGUAGE", "fr")
    assert settings.language() == "fr"


def test_a_variable_that_nobody_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_NOTHING", "1")
    assert settings.language() == "en"
