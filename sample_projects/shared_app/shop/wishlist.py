"""What a customer would like to have one day."""

from fastapi import APIRouter
from sqlalchemy import delete, select

from shop.auth import CurrentUser
from shop.catalogue import find_product
from shop.db import DbSession
from shop.models import Wish

router = APIRouter(prefix="/wishlist")


@router.get("")
def show_wishlist(user: CurrentUser, db: DbSession) -> list[str]:
    return list(db.scalars(select(Wish.sku).where(Wish.user_id == user.id).order_by(Wish.id)))


@router.put("/{sku}", status_code=204)
def add_wish(sku: str, user: CurrentUser, db: DbSession) -> None:
    find_product(db, sku)
    if sku not in show_wishlist(user, db):
        db.add(Wish(user_id=user.id, sku=sku))
        db.commit()


@router.delete("/{sku}", status_code=204)
def remove_wish(sku: str, user: CurrentUser, db: DbSession) -> None:
    db.execute(delete(Wish).where(Wish.user_id == user.id, Wish.sku == sku))
    db.commit()
