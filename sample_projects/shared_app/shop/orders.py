"""Orders and their payment."""

from typing import Annotated, Any, Protocol

from fastapi import APIRouter, Depends, HTTPException, Request
from pydantic import BaseModel, Field
from sqlalchemy import select

from shop import mailer
from shop.auth import CurrentUser
from shop.catalogue import find_product, price_of
from shop.db import DbSession
from shop.models import Order

router = APIRouter(prefix="/orders")


class Gateway(Protocol):
    def charge(self, email: str, amount: int) -> bool:
        """Take the money (in cents) and tell whether that worked."""


class InvoiceGateway:
    """Everything is paid by invoice, so nothing is charged now."""

    def charge(self, email: str, amount: int) -> bool:
        return amount > 0


def get_gateway() -> Gateway:
    return InvoiceGateway()


class OrderForm(BaseModel):
    sku: str
    quantity: int = Field(default=1, ge=1)


def as_json(order: Order) -> dict[str, Any]:
    return {"sku": order.sku, "quantity": order.quantity, "total": order.total}


@router.post("", status_code=201)
def place_order(
    form: OrderForm,
    user: CurrentUser,
    db: DbSession,
    request: Request,
    gateway: Annotated[Gateway, Depends(get_gateway)],
) -> dict[str, Any]:
    product = find_product(db, form.sku)
    total = price_of(product, request.app.state) * form.quantity
    if not gateway.charge(user.email, total):
        raise HTTPException(402, "the payment was declined")
    order = Order(user_id=user.id, sku=product.sku, quantity=form.quantity, total=total)
    db.add(order)
    db.commit()
    mailer.send(user.email, "Your order", f"{form.quantity} x {product.name}")
    return as_json(order)


@router.get("")
def order_history(user: CurrentUser, db: DbSession) -> list[dict[str, Any]]:
    orders = db.scalars(select(Order).where(Order.user_id == user.id).order_by(Order.id))
    return [as_json(order) for order in orders]
