import os

import pytest
from pydantic import ValidationError

from accounts.main import create_app
from accounts.settings import IN_MEMORY, Settings


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without any of our variables; what a test sets in it is taken back."""
    for name in list(os.environ):
        if name.upper().startswith("ACCOUNTS_"):
            monkeypatch.delenv(name)
    return monkeypatch


@pytest.mark.usefixtures("environment")
def test_the_database_is_in_memory_unless_told() -> None:
    assert Settings().database_url == IN_MEMORY


def test_the_factory_reads_the_environment(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ACCOUNTS_PAGE_SIZE", "7")

    assert create_app().state.settings.page_size == 7


def test_settings_passed_in_win_over_the_environment(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("ACCOUNTS_PAGE_SIZE", "7")

    assert create_app(Settings(page_size=3)).state.settings.page_size == 3


@pytest.mark.parametrize("url", ["not a url", "sqlite:///accounts.db"])
def test_a_url_that_cannot_work_fails_the_factory(
    environment: pytest.MonkeyPatch, url: str
) -> None:
    environment.setenv("ACCOUNTS_DATABASE_URL", url)

    with pytest.raises(ValidationError, match="database_url"):
        create_app()


def test_an_error_does_not_show_the_password() -> None:
    with pytest.raises(ValidationError) as error:
        Settings(database_url="sqlite://ada:secret@/accounts.db")

    assert "secret" not in str(error.value)


def test_settings_cannot_be_changed(settings: Settings) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        settings.page_size = 1
