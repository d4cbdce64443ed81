"""Products, the front page and delivery costs."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from sqlalchemy import select
from starlette.datastructures import State

from shop.auth import Visitor
from shop.config import POSTAGE
from shop.db import DbSession
from shop.models import Product

router = APIRouter()


def get_now() -> datetime:
    """Return the shop's local time."""
    return datetime.now()


def find_product(db: DbSession, sku: str) -> Product:
    product = db.get(Product, sku)
    if product is None:
        raise HTTPException(404, "no such product")
    return product


def price_of(product: Product, state: State) -> int:
    """Return the price in force: the cached one, else the one of the catalogue."""
    price: int = state.cache["prices"].get(product.sku, product.price)
    return price


@router.get("/")
def front_page(request: Request, user: Visitor) -> dict[str, Any]:
    state = request.app.state
    return {
        "greeting": f"Welcome back, {user.name}" if user else "Hello, guest",
        "banner": state.cache["banners"].get("home"),
        "featured": state.featured,
    }


@router.get("/products")
def list_products(db: DbSession, search: str = "") -> list[dict[str, str]]:
    rows = db.scalars(select(Product).where(Product.name.icontains(search)).order_by(Product.sku))
    return [{"sku": row.sku, "name": row.name} for row in rows]


@router.get("/products/{sku}")
def show_product(sku: str, db: DbSession, request: Request) -> dict[str, Any]:
    product = find_product(db, sku)
    state = request.app.state
    return {
        "name": product.name,
        "price": price_of(product, state),
        "available": product.stock - state.holds.get(sku, 0),
    }


@router.get("/delivery")
async def delivery(
    subtotal: int, request: Request, now: Annotated[datetime, Depends(get_now)]
) -> dict[str, Any]:
    free = subtotal >= request.app.state.free_shipping_from
    return {
        "postage": 0 if free else POSTAGE,
        "leaves": "today" if now.hour < 14 else "tomorrow",
    }
