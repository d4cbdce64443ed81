"""Ordinary tests: clean, and of varied style."""

from random import Random

from .parts import Entry, Scenario, code
from .patterns import PATTERNS, Pattern


def plan_ordinary(number: int, rng: Random) -> list[Scenario]:
    """Exactly so many tests; a parametrised function is as many tests as it has cases."""
    planned: list[Scenario] = []
    missing = number
    while missing:
        pattern = rng.choice([pattern for pattern in PATTERNS if max(1, len(pattern.cases)) <= missing])
        entry = _entry(pattern, len(planned) + 1, rng)
        missing -= len(entry.suffixes)
        planned.append(Scenario(((entry,),)))
    return planned


def _entry(pattern: Pattern, number: int, rng: Random) -> Entry:
    a, b = rng.randint(1, 9), rng.randint(1, 9)
    body = pattern.body.format(a=a, b=b, sum=a + b, product=a * b)
    return Entry(
        name=f"test_{pattern.stem}_{number}",
        body=code(body),
        steps=pattern.steps,
        imports=frozenset(pattern.imports),
        params=pattern.params,
        asynchronous=pattern.asynchronous,
        parameter=pattern.parameter,
        cases=tuple(case.format(a=a) if isinstance(case, str) else case for case in pattern.cases),
    )
