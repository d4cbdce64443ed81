"""Everything that may differ between two instances of the application."""

from pydantic import PositiveInt, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

IN_MEMORY = "sqlite+aiosqlite:///:memory:"


class Settings(BaseSettings):
    """Read from `ACCOUNTS_*` variables where a value is not passed in.

    Frozen, so that no request and no test can change them under a running application.
    """

    model_config = SettingsConfigDict(
        env_prefix="ACCOUNTS_",
        frozen=True,
        hide_input_in_errors=True,  # a database URL carries a password
    )

    database_url: str = IN_MEMORY
    pool_size: PositiveInt = 5
    page_size: PositiveInt = 50

    @field_validator("database_url")
    @classmethod
    def _names_an_async_driver(cls, value: str) -> str:
        try:
            dialect = make_url(value).get_dialect()
        except ArgumentError:
            raise ValueError("not a database URL") from None
        if not dialect.is_async:
            raise ValueError(f"{dialect.driver} is not an async driver")
        return value
