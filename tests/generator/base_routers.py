"""The routes that every generated application has: they keep nothing."""

ITEMS_ROUTER = '''
"""The items for sale."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException

from app.dependencies import catalogue, page
from app.models import Item, Page

router = APIRouter(prefix="/items", tags=["items"])
Catalogue = Annotated[tuple[Item, ...], Depends(catalogue)]


@router.get("")
def list_items(items: Catalogue, part: Annotated[Page, Depends(page)]) -> list[Item]:
    return list(items[part.offset : part.offset + part.limit])


@router.get("/{number}")
def read_item(number: int, items: Catalogue) -> Item:
    for item in items:
        if item.number == number:
            return item
    raise HTTPException(404, "no such item")


@router.get("/{number}/price")
async def item_price(number: int, items: Catalogue, quantity: int = 1) -> dict[str, int]:
    return {"cents": items[number - 1].price * quantity}
'''

QUOTES_ROUTER = '''
"""What a purchase would cost."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.dependencies import catalogue
from app.models import Item, Quote, Total

router = APIRouter(prefix="/quotes", tags=["quotes"])


@router.post("", status_code=201)
def quote(wanted: Quote, items: Annotated[tuple[Item, ...], Depends(catalogue)]) -> Total:
    cents = sum(items[row.item - 1].price * row.quantity for row in wanted.rows)
    return Total(customer=wanted.customer, cents=cents)


@router.get("/tax")
async def tax(cents: int, percent: int = 20) -> dict[str, int]:
    return {"tax": cents * percent // 100}


@router.post("/compare")
async def compare(totals: list[Total]) -> Total:
    return min(totals, key=lambda total: total.cents)
'''

TOOLS_ROUTER = '''
"""Small things that every service has."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import PlainTextResponse, RedirectResponse

from app.dependencies import catalogue, user_name
from app.models import Item

router = APIRouter()


@router.get("/health")
async def health() -> dict[str, str]:
    return {"status": "healthy"}


@router.get("/version")
async def version() -> dict[str, str]:
    return {"version": "1.4.0"}


@router.get("/whoami")
def whoami(name: Annotated[str, Depends(user_name)]) -> dict[str, str]:
    return {"name": name}


@router.get("/tools/slug")
def slug(text: str) -> dict[str, str]:
    return {"slug": re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")}


@router.get("/tools/add")
async def add(first: int, second: int) -> dict[str, int]:
    return {"sum": first + second}


@router.post("/tools/echo")
async def echo(message: dict[str, str]) -> dict[str, str]:
    return message


@router.get("/old-health")
async def old_health() -> RedirectResponse:
    return RedirectResponse("/health")


@router.get("/report.csv")
def report(items: Annotated[tuple[Item, ...], Depends(catalogue)]) -> PlainTextResponse:
    return PlainTextResponse("\\n".join(f"{item.number},{item.name},{item.price}" for item in items))
'''

ROUTERS = {"items": ITEMS_ROUTER, "quotes": QUOTES_ROUTER, "tools": TOOLS_ROUTER}
