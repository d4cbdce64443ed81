"""`app.dependency_overrides`: set one by one, by update, or the whole dict replaced."""

from random import Random

from .model import Read, Reset, Slot, Step, Write
from .parts import APP, HERE, OVERRIDES, Feature, Way, code

ROUTER = '''
"""The price of NOUN."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.dependencies import NOUN_rate

router = APIRouter(prefix="/NOUN", tags=["NOUN"])


def double_rate(rate: Annotated[int, Depends(NOUN_rate)]) -> int:
    return 2 * rate


@router.get("/price")
async def NOUN_price(price: Annotated[int, Depends(double_rate)]) -> dict[str, int]:
    return {"price": price}
'''

DEPENDENCY = '''
def NOUN_rate() -> int:
    """What one unit of NOUN costs."""
    return 10
'''


def plant(noun: str, rng: Random) -> Feature:
    """A dependency of a dependency of a route."""
    return Feature(
        noun=noun,
        slot=Slot(
            name=noun,
            planted="dependency_overrides",
            kind="dependency_overrides",
            owner="app.main:app",
            key=f"app.dependencies:{noun}_rate",
            groups=(OVERRIDES,),
        ),
        router=code(ROUTER, noun),
        url=f"/{noun}/price",
        key="price",
        clean="20",
        dirty="198",
        looking=(Read((noun,)),),
        pollutes=(
            _way(noun, "app.dependency_overrides[NOUN_rate] = lambda: 99  #@here", Write(noun, HERE)),
            _way(noun, "app.dependency_overrides.update({NOUN_rate: lambda: 99})  #@here", Write(noun, HERE)),
            _way(
                noun,
                "app.dependency_overrides = {NOUN_rate: lambda: 99}  #@here",
                Reset((OVERRIDES,)),
                Write(noun, HERE),
            ),
        ),
        cleans=(
            _way(noun, "app.dependency_overrides.pop(NOUN_rate, None)", Reset((noun,))),
            _way(noun, "app.dependency_overrides.clear()", Reset((OVERRIDES,))),
        ),
        dependency=code(DEPENDENCY, noun),
    )


def _way(noun: str, statement: str, *steps: Step) -> Way:
    imports = {APP, f"from app.dependencies import {noun}_rate"} if "NOUN" in statement else {APP}
    return Way(code(statement, noun), steps, frozenset(imports))
