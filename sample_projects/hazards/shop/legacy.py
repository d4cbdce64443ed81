"""Applications as they were made before lifespans."""

from __future__ import annotations

from fastapi import FastAPI

from shop.main import lifespan

ready: list[str] = []

old = FastAPI()
both = FastAPI(lifespan=lifespan)


@old.on_event("startup")
async def open_the_old() -> None:
    ready.append("old")


async def open_both() -> None:
    ready.append("both")


both.router.add_event_handler("startup", open_both)  # the lifespan keeps it from running
