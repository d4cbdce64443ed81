from functools import lru_cache
from pydantic_settings import BaseSettings

class Settings(BaseSettings):
    currency: str = "EUR"

@lru_cache
def get_settings():
    return Settings()
