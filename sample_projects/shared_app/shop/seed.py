"""The rows that a new shop starts with."""

from sqlalchemy.orm import Session

from shop.models import Product, User
from shop.passwords import hash_password

_PASSWORD = hash_password("secret")


def fill(session: Session) -> None:
    """Add two customers (both with the password `secret`) and five products."""
    session.add_all(
        [
            User(id=1, name="Alice", email="alice@shop.example", password=_PASSWORD),
            User(id=2, name="Bob", email="bob@shop.example", password=_PASSWORD),
            Product(sku="apron", name="Linen apron", price=2500, stock=12),
            Product(sku="kettle", name="Copper kettle", price=4900, stock=5),
            Product(sku="mug", name="Blue mug", price=1200, stock=30),
            Product(sku="spoon", name="Wooden spoon", price=300, stock=40),
            Product(sku="teapot", name="Iron teapot", price=3500, stock=8),
        ]
    )
    session.commit()
