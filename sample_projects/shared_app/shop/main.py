"""The application: `uvicorn shop.main:app`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, HTTPException, Request
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from shop import admin, auth, catalogue, orders, seed, wishlist
from shop.db import Base, DbSession, engine
from shop.models import Product


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        if session.get(Product, "mug") is None:
            seed.fill(session)
    yield


app = FastAPI(title="Corner shop", lifespan=lifespan)
app.state.release = "development"
app.state.cache = {"prices": {}, "banners": {}}
app.state.holds = {}
app.state.featured = None
app.state.free_shipping_from = 5000

app.include_router(auth.router)
app.include_router(catalogue.router)
app.include_router(orders.router)
app.include_router(wishlist.router)
app.mount("/admin", admin.app)


@app.get("/health")
def health(db: DbSession) -> dict[str, str]:
    try:
        db.execute(text("SELECT 1"))
    except SQLAlchemyError as error:
        raise HTTPException(503, "the database does not answer") from error
    return {"status": "healthy"}


@app.get("/version")
async def version(request: Request) -> dict[str, str]:
    return {"release": request.app.state.release}
