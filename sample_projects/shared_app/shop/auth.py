"""Accounts and the login cookie."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Depends, HTTPException, Response
from pydantic import BaseModel
from sqlalchemy import select

from shop import mailer
from shop.config import SESSION_COOKIE
from shop.db import DbSession
from shop.models import User
from shop.passwords import hash_password, password_matches, sign, unsign

router = APIRouter()


class Credentials(BaseModel):
    email: str
    password: str


class Registration(Credentials):
    name: str


def session_user(
    db: DbSession, cookie: Annotated[str | None, Cookie(alias=SESSION_COOKIE)] = None
) -> User | None:
    """Return the user whose cookie came with the request, if any."""
    user_id = unsign(cookie) if cookie else None
    return db.get(User, user_id) if user_id is not None else None


Visitor = Annotated[User | None, Depends(session_user)]


def current_user(user: Visitor) -> User:
    """Return the logged-in user; answer 401 to everybody else."""
    if user is None:
        raise HTTPException(401, "please log in")
    return user


CurrentUser = Annotated[User, Depends(current_user)]


@router.post("/users", status_code=201)
def register(form: Registration, db: DbSession) -> dict[str, str]:
    if db.scalar(select(User).where(User.email == form.email)):
        raise HTTPException(409, "this address has an account")
    db.add(User(name=form.name, email=form.email, password=hash_password(form.password)))
    db.commit()
    mailer.send(form.email, "Welcome", f"Good to have you here, {form.name}.")
    return {"name": form.name}


@router.post("/session")
def log_in(form: Credentials, db: DbSession, response: Response) -> dict[str, str]:
    user = db.scalar(select(User).where(User.email == form.email))
    if user is None or not password_matches(form.password, user.password):
        raise HTTPException(401, "wrong address or password")
    response.set_cookie(SESSION_COOKIE, sign(user.id), httponly=True, samesite="lax")
    return {"name": user.name}


@router.get("/session")
def who_is_logged_in(user: Visitor) -> dict[str, str]:
    if user is None:
        raise HTTPException(401, "nobody is logged in")
    return {"name": user.name}


@router.delete("/session", status_code=204)
def log_out(response: Response) -> None:
    response.delete_cookie(SESSION_COOKIE)


@router.get("/me")
def profile(user: CurrentUser) -> dict[str, str]:
    return {"name": user.name, "email": user.email}
