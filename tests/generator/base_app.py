"""The part of the generated application that every project has: static, so that its tests share nothing."""

MODELS = '''
"""What the application talks about."""

from pydantic import BaseModel, Field, field_validator


class Item(BaseModel):
    """Something for sale; the price is in cents."""

    number: int
    name: str
    price: int = Field(ge=0)


class Row(BaseModel):
    """So many of one item."""

    item: int
    quantity: int = Field(gt=0, le=1000)


class Quote(BaseModel):
    """What somebody wants to buy."""

    customer: str = Field(min_length=1)
    rows: list[Row] = Field(min_length=1)

    @field_validator("customer")
    @classmethod
    def tidy(cls, value: str) -> str:
        return value.strip().title()


class Total(BaseModel):
    """What it costs, in cents."""

    customer: str
    cents: int


class Page(BaseModel):
    """Which part of a list."""

    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=10, ge=1, le=50)
'''

DEPENDENCIES = '''
"""What routes depend on."""

from typing import Annotated

from fastapi import Header, HTTPException

from app.models import Item, Page

ITEMS = tuple(Item(number=number, name=f"item {number}", price=number * 100) for number in range(1, 41))


def catalogue() -> tuple[Item, ...]:
    """All items."""
    return ITEMS


def page(offset: int = 0, limit: int = 10) -> Page:
    """The part of the list that the query asks for."""
    return Page(offset=offset, limit=limit)


def user_name(x_user: Annotated[str | None, Header()] = None) -> str:
    """Who asks, by a header of the request."""
    if x_user is None:
        raise HTTPException(401, "who are you?")
    return x_user
'''

WORK = '''
"""Work for the processor, so that things cost what they cost elsewhere."""

import time


def spend(milliseconds: int) -> None:
    """Be busy for so long."""
    end = time.thread_time() + milliseconds / 1000
    while time.thread_time() < end:
        sum(range(100))
'''
