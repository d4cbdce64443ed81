"""What the shared client keeps: cookies and headers."""

from random import Random

from .model import Read, Reset, Slot, Step, Write
from .parts import HERE, SHARED, SHARED_CLIENT, SHARED_COOKIES, Feature, Way, code

COOKIE_ROUTER = '''
"""Who is logged in to NOUN."""

from typing import Annotated

from fastapi import APIRouter, Cookie, Response

router = APIRouter(prefix="/NOUN", tags=["NOUN"])


@router.post("/session")
async def enter_NOUN(response: Response) -> dict[str, bool]:
    response.set_cookie("NOUN_session", "member")
    return {"welcome": True}


@router.delete("/session")
async def leave_NOUN(response: Response) -> dict[str, bool]:
    response.delete_cookie("NOUN_session")
    return {"welcome": False}


@router.get("/me")
async def NOUN_me(NOUN_session: Annotated[str, Cookie()] = "guest") -> dict[str, str]:
    return {"who": NOUN_session}
'''

HEADER_ROUTER = '''
"""The tenant of NOUN."""

from typing import Annotated

from fastapi import APIRouter, Header

router = APIRouter(prefix="/NOUN", tags=["NOUN"])


@router.get("/tenant")
async def NOUN_tenant(x_NOUN_tenant: Annotated[str, Header()] = "public") -> dict[str, str]:
    return {"tenant": x_NOUN_tenant}
'''


def plant_cookie(noun: str, rng: Random) -> Feature:
    """A cookie that a login sets, or one put into the jar by hand."""
    login = rng.random() < 0.5
    return Feature(
        noun=noun,
        slot=Slot(
            name=noun,
            planted="client_cookies",
            kind="client_cookies",
            owner=SHARED_CLIENT,
            key=f"{noun}_session",
            groups=(SHARED_CLIENT, SHARED_COOKIES),
        ),
        router=code(COOKIE_ROUTER, noun),
        url=f"/{noun}/me",
        key="who",
        clean='"guest"',
        dirty='"member"',
        looking=(Read((SHARED_CLIENT,)),),
        pollutes=_logins(noun) if login else _jar_writes(noun),
        cleans=_cookie_cleans(noun, login),
        shared=True,
    )


def _logins(noun: str) -> tuple[Way, ...]:
    return (_way(noun, 'shared.client.post("/NOUN/session")  #@here', Read((SHARED_CLIENT,)), Write(noun, HERE)),)


def _jar_writes(noun: str) -> tuple[Way, ...]:
    write = Write(noun, HERE)
    return (
        _way(noun, 'shared.client.cookies.set("NOUN_session", "member")  #@here', write),
        _way(noun, 'shared.client.cookies["NOUN_session"] = "member"  #@here', write),
        _way(noun, 'shared.client.cookies.update({"NOUN_session": "member"})  #@here', write),
    )


def _cookie_cleans(noun: str, login: bool) -> tuple[Way, ...]:
    clearing = _way(noun, "shared.client.cookies.clear()", Reset((SHARED_COOKIES,)))
    if login:
        logout = _way(noun, 'shared.client.delete("/NOUN/session")', Read((SHARED_CLIENT,)), Reset((noun,)))
        return (clearing, logout)
    return (clearing, _way(noun, 'shared.client.cookies.pop("NOUN_session", None)', Reset((noun,))))


def plant_header(noun: str, rng: Random) -> Feature:
    """A default header of the client."""
    write = Write(noun, HERE)
    return Feature(
        noun=noun,
        slot=Slot(
            name=noun,
            planted="client_headers",
            kind="client_headers",
            owner=SHARED_CLIENT,
            key=f"x-{noun}-tenant",
            groups=(SHARED_CLIENT,),
        ),
        router=code(HEADER_ROUTER, noun),
        url=f"/{noun}/tenant",
        key="tenant",
        clean='"public"',
        dirty='"acme"',
        looking=(Read((SHARED_CLIENT,)),),
        pollutes=(
            _way(noun, 'shared.client.headers["X-TITLE-Tenant"] = "acme"  #@here', write),
            _way(noun, 'shared.client.headers.update({"X-TITLE-Tenant": "acme"})  #@here', write),
        ),
        cleans=(_way(noun, 'shared.client.headers.pop("X-TITLE-Tenant", None)', Reset((noun,))),),
        shared=True,
    )


def _way(noun: str, statement: str, *steps: Step) -> Way:
    return Way(code(statement.replace("TITLE", noun.title()), noun), steps, frozenset({SHARED}))
