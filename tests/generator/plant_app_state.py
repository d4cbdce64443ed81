"""`app.state`: an attribute set, and a container changed in place."""

from random import Random

from .model import Read, Reset, Slot, Write
from .parts import APP, HERE, Code, Feature, Way, code

OWNER = "app.main:app"

ATTRIBUTE_ROUTER = '''
"""The plan of NOUN."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

router = APIRouter(prefix="/NOUN", tags=["NOUN"])


class Plan(BaseModel):
    """How NOUN works at the moment."""

    mode: str


@router.get("/plan")
async def NOUN_plan(request: Request) -> Plan:
    return Plan(mode=LOOKUP)


@router.put("/plan")
async def change_NOUN_plan(request: Request, plan: Plan) -> Plan:
    request.app.state.NOUN_mode = plan.mode  #@put
    return plan
'''

CONTAINER_ROUTER = '''
"""The members of NOUN."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

router = APIRouter(prefix="/NOUN", tags=["NOUN"])


class Member(BaseModel):
    """One who may use NOUN."""

    number: int
    name: str


@router.get("/members")
def NOUN_members(request: Request) -> dict[str, list[str]]:
    return {"names": sorted(request.app.state.NOUN_cache["users"].values())}


@router.post("/members", status_code=201)
def add_NOUN_member(request: Request, member: Member) -> Member:
    request.app.state.NOUN_cache["users"][str(member.number)] = member.name  #@post
    return member
'''


def plant_attribute(noun: str, rng: Random) -> Feature:
    """An attribute that the application sets at start, or one that is absent until a test sets it."""
    declared = rng.random() < 0.5
    attribute = f"{noun}_mode"
    lookup = f"request.app.state.{attribute}"
    if not declared:
        lookup = f'getattr(request.app.state, "{attribute}", "standard")'
    return Feature(
        noun=noun,
        slot=Slot(noun, "app_state", "app_state", OWNER, attribute),
        router=code(ATTRIBUTE_ROUTER.replace("LOOKUP", lookup), noun),
        url=f"/{noun}/plan",
        key="mode",
        clean='"standard"',
        dirty='"express"',
        looking=(Read((noun,)),),
        pollutes=_attribute_pollutes(noun),
        cleans=_restoring(noun) if declared else _deleting(noun),
        setup=code('app.state.NOUN_mode = "standard"', noun) if declared else (),
    )


def _attribute_pollutes(noun: str) -> tuple[Way, ...]:
    write = (Write(noun, HERE),)
    imports = frozenset({APP})
    request = code('client.put("/NOUN/plan", json={"mode": "express"})', noun)
    return (
        Way(code('app.state.NOUN_mode = "express"  #@here', noun), write, imports),
        Way(code('client.app.state.NOUN_mode = "express"  #@here', noun), write, params=("client",)),
        Way(request, (Write(noun, f"{noun}.put"),), params=("client",)),
    )


def _restoring(noun: str) -> tuple[Way, ...]:
    reset = (Reset((noun,)),)
    request = code('client.put("/NOUN/plan", json={"mode": "standard"})', noun)
    return (
        Way(code('app.state.NOUN_mode = "standard"', noun), reset, frozenset({APP})),
        Way(request, reset, params=("client",)),
    )


def _deleting(noun: str) -> tuple[Way, ...]:
    lines: Code = code('if hasattr(app.state, "NOUN_mode"):\n    del app.state.NOUN_mode', noun)
    return (Way(lines, (Read((noun,)), Reset((noun,))), frozenset({APP})),)


def plant_container(noun: str, rng: Random) -> Feature:
    """A dict of dicts in which a key is added, or a leaf changed."""
    added = rng.random() < 0.5
    number = "42" if added else "1"
    return Feature(
        noun=noun,
        slot=Slot(noun, "app_state_in_place", "app_state", OWNER, f"{noun}_cache", f'["users"]["{number}"]'),
        router=code(CONTAINER_ROUTER, noun),
        url=f"/{noun}/members",
        key="names",
        clean='["ada"]',
        dirty='["ada", "eve"]' if added else '["eve"]',
        looking=(Read((noun,)),),
        pollutes=_container_pollutes(noun, number),
        cleans=_container_cleans(noun, added),
        setup=code('app.state.NOUN_cache = {"users": {"1": "ada"}, "hits": []}', noun),
    )


def _container_pollutes(noun: str, number: str) -> tuple[Way, ...]:
    users = f'app.state.{noun}_cache["users"]'
    request = f'client.post("/{noun}/members", json={{"number": {number}, "name": "eve"}})'
    read = Read((noun,))
    return (
        Way(code(f'{users}["{number}"] = "eve"  #@here'), (read, Write(noun, HERE)), frozenset({APP})),
        Way(
            code(f'{users}.update({{"{number}": "eve"}})  #@here'),
            (read, Write(noun, HERE)),
            frozenset({APP}),
        ),
        Way(code(request), (read, Write(noun, f"{noun}.post")), params=("client",)),
    )


def _container_cleans(noun: str, added: bool) -> tuple[Way, ...]:
    users = f'app.state.{noun}_cache["users"]'
    statement = f'{users}.pop("42", None)' if added else f'{users}["1"] = "ada"'
    return (Way(code(statement), (Read((noun,)), Reset((noun,))), frozenset({APP})),)
