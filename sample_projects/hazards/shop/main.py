"""A little shop: an application made by a factory, and one that is made at import."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI


def get_user() -> str:
    return "ann"


def get_customer() -> str:
    return "bob"


def get_stock() -> dict[str, int]:
    return {"tea": 3}


router = APIRouter()


@router.get("/me")
def me(user: Annotated[str, Depends(get_user)]) -> str:
    return user


@router.get("/stock")
def stock(goods: Annotated[dict[str, int], Depends(get_stock)]) -> dict[str, int]:
    return goods


@router.get("/health")
def health() -> str:
    return "well"


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    app.state.open = True
    yield
    del app.state.open


def create_app(*, with_lifespan: bool = True) -> FastAPI:
    app = FastAPI(lifespan=lifespan if with_lifespan else None)
    app.include_router(router)
    return app


app = create_app()
