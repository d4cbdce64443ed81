"""An application that is made at import, with a login that sets a cookie."""

from __future__ import annotations

from typing import Annotated

from fastapi import Cookie, FastAPI, Response

app = FastAPI()


@app.post("/login")
def login(response: Response) -> None:
    response.set_cookie("user", "ann")


@app.get("/user")
def user(user: Annotated[str, Cookie()] = "nobody") -> str:
    return user
