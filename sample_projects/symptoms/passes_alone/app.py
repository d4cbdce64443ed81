from __future__ import annotations

from typing import Annotated

from fastapi import Depends, FastAPI, Header, HTTPException


def get_user(token: Annotated[str, Header()] = "") -> str:
    if not token:
        raise HTTPException(401)
    return token


app = FastAPI()


@app.get("/me")
def me(user: Annotated[str, Depends(get_user)]) -> str:
    return user
