"""A made result as large as one asks for: what the page must bear."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from leakcheck.records import (
    Change,
    Edge,
    Excerpt,
    Finding,
    Impact,
    Leak,
    Location,
    OrderSummary,
    PathChange,
    Result,
    Severity,
    Source,
    TestRun,
    TestVerdict,
)
from reports.samples import result
from watched import OWN

PARTS = ("accounts", "billing", "catalogue", "delivery", "mail", "orders", "search", "staff")
NOUNS = ("basket", "customer", "invoice", "parcel", "price", "product", "refund", "session", "stock", "voucher")
VERBS = ("is_kept", "is_refused_without_login", "counts_every_piece", "can_be_changed_once", "is_shown_to_staff")
KINDS = ("app_state", "dependency_overrides", "client_cookies", "client_headers", "module_globals")
PER_FILE = 25


def large(tests: int = 5_000, orders: int = 20, leaks: int = 300, seed: int = 1) -> Result:
    """A result with so many tests, orders and leaks: of ten leaks five are broken, two read, three latent."""
    chance = random.Random(seed)
    ids = [_id(number) for number in range(tests)]
    made = [_leak(number, ids, chance) for number in range(1, leaks + 1)]
    edges = tuple(edge for leak in made for edge in _edges(leak))
    victims = {test for leak in made for test in leak.victims}
    names = ("declared", "reversed", *(f"random {number}" for number in range(1, orders - 2)), "isolated")
    verdicts = tuple(_verdict(test, test in victims, names, chance) for test in ids)
    return replace(
        result(verdicts, leaks=tuple(made), edges=edges, findings=tuple(map(_finding, made))),
        orders=tuple(_order(name, verdicts) for name in names),
        runs=tuple(_run(test, made, chance) for test in ids),
        excerpts=tuple(_excerpt(leak.sources[0]) for leak in made),
    )


def _id(number: int) -> str:
    file = number // PER_FILE
    part, noun = PARTS[file % len(PARTS)], NOUNS[number % len(NOUNS)]
    return f"tests/{part}/test_{part}_{file}.py::test_{noun}_{VERBS[number % len(VERBS)]}[{number}-pounds]"


def _location(number: int) -> Location:
    kind, part, noun = KINDS[number % len(KINDS)], PARTS[number % len(PARTS)], NOUNS[number % len(NOUNS)]
    return Location(kind, f"shop.{part}.main:app", f"{noun}_{number}")


def _leak(number: int, ids: list[str], chance: random.Random) -> Leak:
    impact: Impact = ("broken", "broken", "read", "latent", "broken")[number % 5]
    start = chance.randrange(len(ids))
    near = [ids[(start + step * 7) % len(ids)] for step in range(min(len(ids), 11))]
    tests = [*near, *chance.sample(ids, min(len(ids), 3))]
    polluters, hurt = tuple(tests[: chance.randint(1, 4)]), tuple(tests[4 : 4 + chance.randint(1, 10)])
    file, _, name = polluters[0].partition("::")
    fixture = "arranged" if number % 3 == 0 else None
    source = Source(file, 10 + number, fixture or name, "setup" if fixture else "call", fixture, "function")
    parts = tuple(PathChange(f'["{noun}"]["cents"]', "1200", "900") for noun in NOUNS[: number % 4])
    return Leak(
        id=f"L{number}",
        location=_location(number),
        impact=impact,
        polluters=polluters,
        victims=hurt if impact == "broken" else (),
        readers=hurt if impact == "read" else (),
        sources=(source,),
        before="dict of 10",
        after="dict of 11",
        paths=parts,
        kind=OWN[_location(number).kind],
    )


def _edges(leak: Leak) -> list[Edge]:
    return [
        Edge((by,), test, "breaks", leak.id, (by, test), True, True, f"pytest '{by}' '{test}'", ("e1",))
        for test in leak.victims
        for by in leak.polluters
    ]


def _verdict(test: str, hurt: bool, orders: tuple[str, ...], chance: random.Random) -> TestVerdict:
    fails = {order for order in orders[1:-1] if hurt and chance.random() < 0.4}
    outcomes = {order: "failed" if order in fails else "passed" for order in orders}
    return TestVerdict(test, "victim" if hurt else "stable", (), outcomes)


def _order(name: str, verdicts: tuple[TestVerdict, ...]) -> OrderSummary:
    kind = "random" if name.startswith("random") else name
    counts = Counter(verdict.outcomes[name] for verdict in verdicts)
    return OrderSummary(name, kind, None, dict(counts), f"pytest -p randomly {len(name)}")  # type: ignore[arg-type]


CODES: dict[Impact, tuple[str, Severity]] = {
    "broken": ("LK101", "error"),
    "read": ("LK201", "warning"),
    "latent": ("LK301", "note"),
}


def _finding(leak: Leak) -> Finding:
    code, severity = CODES[leak.impact]
    fix = "Build a fresh app per test with a factory (`create_app()`), or put the old value back after the yield."
    example = "@pytest.fixture\ndef client(app):\n    with TestClient(app) as client:\n        yield client\n"
    file, line = leak.sources[0].file, leak.sources[0].line
    return Finding(code, severity, "leaks", file, line, leak.victims, leak.id, fix, example)


def _run(test: str, leaks: list[Leak], chance: random.Random) -> TestRun:
    reads = tuple(leak.location for leak in chance.sample(leaks, min(4, len(leaks))))
    changes = tuple(
        Change(leak.location, leak.before, leak.after, "d", paths=leak.paths, sources=leak.sources)
        for leak in chance.sample(leaks, min(2, len(leaks)))
        if chance.random() < 0.3
    )
    return TestRun(test, "passed", reads=reads, changes=changes)


def _excerpt(source: Source) -> Excerpt:
    lines = tuple(f"    value_{number} = client.get('/things/{number}').json()" for number in range(9))
    return Excerpt(source.file, source.line - 4, lines)
