"""The back office: an application of its own, mounted under /admin."""

import secrets
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Header, HTTPException, Request
from sqlalchemy import select

from shop.catalogue import find_product
from shop.config import STAFF_TOKEN
from shop.db import DbSession
from shop.models import Order
from shop.orders import as_json


def require_staff(authorization: Annotated[str, Header()] = "") -> None:
    if not secrets.compare_digest(authorization.encode(), f"Bearer {STAFF_TOKEN}".encode()):
        raise HTTPException(401, "staff only")


app = FastAPI(title="Back office", dependencies=[Depends(require_staff)])
app.state.page_size = 20


@app.get("/orders")
def list_orders(request: Request, db: DbSession, page: int = 1) -> list[dict[str, Any]]:
    size = request.app.state.page_size
    orders = db.scalars(select(Order).order_by(Order.id).offset((page - 1) * size).limit(size))
    return [as_json(order) for order in orders]


@app.put("/products/{sku}/stock")
def set_stock(sku: str, count: int, db: DbSession) -> dict[str, int]:
    product = find_product(db, sku)
    product.stock = count
    db.commit()
    return {"stock": product.stock}
