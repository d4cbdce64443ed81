"""Containers of dependency-injector: the provider that a test leaves overridden, or made of a fake, is named."""

from __future__ import annotations

import pytest

from leaks_and_victims import pairs_of_tests, proved_leak, written_by
from support import Audited, Project

SHOP = """
    from dependency_injector import containers, providers

    class Mailer:
        answer = "sent"

    class Desk:
        def __init__(self, mailer):
            self.mailer = mailer

    class Core(containers.DeclarativeContainer):
        mailer = providers.Factory(Mailer)
        pager = providers.Factory(Mailer)
        desk = providers.Singleton(Desk, mailer=pager)

    class Shop(containers.DeclarativeContainer):
        core = providers.Container(Core)

    shop = Shop()
"""
HEAD = """
    from types import SimpleNamespace

    from dependency_injector import providers

    from shop import shop

    FAKE = providers.Object(SimpleNamespace(answer="faked"))

    def made_of_a_fake():
        with shop.core.pager.override(FAKE):
            return shop.core.desk()

    def test_overrides_and_takes_it_back():
        with shop.core.mailer.override(FAKE):
            assert shop.core.mailer().answer == "faked"
"""
LEAKS = {
    "mailer": ("shop.core.mailer.override(FAKE)", "shop.core.mailer().answer == 'sent'"),
    "desk": ("made_of_a_fake()", "shop.core.desk().mailer.answer == 'sent'"),
}
KEYS = {"mailer": "core.mailer", "desk": "core.desk (instance)"}
LINES = {"mailer": "shop.core.mailer.override(FAKE)", "desk": "return shop.core.desk()"}
PROJECT = Project(
    {"shop.py": SHOP, "test_shop.py": pairs_of_tests(HEAD, LEAKS), "pytest.ini": "[pytest]\npythonpath = .\n"}
)


@pytest.fixture(scope="module")
def found() -> Audited:
    return PROJECT.audit("--random", "0")


@pytest.mark.parametrize("name", LEAKS)
def test_each_is_named_and_proven(found: Audited, name: str) -> None:
    leak = proved_leak(found, name)
    assert (leak["kind"], leak["owner"], leak["key"]) == ("providers", "shop:shop", KEYS[name])
    assert written_by(PROJECT, leak) == {LINES[name]}


def test_nobody_else_is_accused(found: Audited) -> None:
    verdicts = {each["id"].partition("::")[2]: each["verdict"] for each in found.report["tests"]}
    assert verdicts["test_overrides_and_takes_it_back"] == "stable"
