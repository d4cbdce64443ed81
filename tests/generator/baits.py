"""Clean tests that look guilty: they write, and put back what they wrote."""

from collections.abc import Callable, Iterator
from itertools import cycle
from random import Random

from .model import Read, Reset
from .parts import (
    APP,
    OVERRIDES,
    SHARED,
    SHARED_CLIENT,
    SHARED_COOKIES,
    TEST_CLIENT,
    Code,
    Entry,
    Feature,
    Fixture,
    Line,
    Scenario,
    code,
)
from .scenarios import Planter

OVERRIDE = "app.dependency_overrides[NOUN_rate] = lambda: 99"
Bait = Callable[[Feature], tuple[Entry, ...]]


def plan_baits(number: int, planter: Planter, rng: Random) -> list[Scenario]:
    """So many baits, of all styles in turn."""
    styles = cycle(rng.sample(list(BAITS), len(BAITS)))
    return [_bait_scenario(*next(styles), planter) for _ in range(number)]


def _bait_scenario(kind: str, bait: Bait, planter: Planter) -> Scenario:
    feature = planter.plant_kind(kind)
    return Scenario((bait(feature),), (feature,), bait=True)


def _imports(noun: str) -> frozenset[str]:
    return frozenset({APP, f"from app.dependencies import {noun}_rate"})


def _looked(feature: Feature, value: str) -> Code:
    return (Line(f'assert client.get("{feature.url}").json()["{feature.key}"] == {value}'),)


def _fixture_bait(ending: str, name: str, clears: bool) -> Bait:
    """A fixture that overrides, yields, and takes back."""

    def bait(feature: Feature) -> tuple[Entry, ...]:
        noun = feature.noun
        body = code(f"{OVERRIDE}\nyield\n{ending}", noun)
        fixture = Fixture(f"cheap_{noun}", body, _imports(noun))
        return (
            Entry(
                name=f"test_{noun}_{name}",
                body=_looked(feature, feature.dirty),
                steps=(Reset((OVERRIDES,)),) if clears else (),
                params=(fixture.name, "client"),
                fixtures=(fixture,),
            ),
        )

    return bait


def _override_patched(feature: Feature) -> tuple[Entry, ...]:
    noun = feature.noun
    patch = code("monkeypatch.setitem(app.dependency_overrides, NOUN_rate, lambda: 99)", noun)
    return (
        Entry(
            name=f"test_{noun}_patched",
            body=(*patch, *_looked(feature, feature.dirty)),
            imports=_imports(noun),
            params=("monkeypatch", "client"),
        ),
    )


def _state_patched(feature: Feature) -> tuple[Entry, ...]:
    patch = code('monkeypatch.setitem(app.state._state, "NOUN_mode", "express")', feature.noun)
    return (
        Entry(
            name=f"test_{feature.noun}_patched",
            body=(*patch, *_looked(feature, feature.dirty)),
            imports=frozenset({APP}),
            params=("monkeypatch", "client"),
        ),
    )


def _state_held(feature: Feature) -> tuple[Entry, ...]:
    """A module fixture holds the state for two tests, and restores it."""
    noun = feature.noun
    before = 'before = getattr(app.state, "NOUN_mode", None)\napp.state.NOUN_mode = "express"\nyield\n'
    after = "if before is None:\n    del app.state.NOUN_mode\nelse:\n    app.state.NOUN_mode = before"
    fixture = Fixture(f"express_{noun}", code(before + after, noun), frozenset({APP}), scope="module")
    names = (f"test_{noun}_held", f"test_{noun}_still_held")
    body = _looked(feature, feature.dirty)
    return tuple(Entry(name, body, params=(fixture.name, "client"), fixtures=(fixture,)) for name in names)


def _cookie_cleared(feature: Feature) -> tuple[Entry, ...]:
    """Logs in, and clears the whole jar of the shared client at the end."""
    login = 'shared.client.post("/NOUN/session")\ntry:\n'
    look = '    assert shared.client.get("/NOUN/me").json()["who"] == "member"\n'
    ending = "finally:\n    shared.client.cookies.clear()"
    return (
        Entry(
            name=f"test_{feature.noun}_logged_in",
            body=code(login + look + ending, feature.noun),
            steps=(Read((SHARED_CLIENT,)), Reset((SHARED_COOKIES,))),
            imports=frozenset({SHARED}),
        ),
    )


def _own_client(feature: Feature) -> tuple[Entry, ...]:
    """Logs in with a client of its own."""
    login = 'own = TestClient(app)\nown.post("/NOUN/session")\n'
    look = 'assert own.get("/NOUN/me").json()["who"] == "member"'
    return (
        Entry(
            name=f"test_{feature.noun}_with_own_client",
            body=code(login + look, feature.noun),
            imports=frozenset({APP, TEST_CLIENT}),
        ),
    )


def _fixture_client(feature: Feature) -> tuple[Entry, ...]:
    """Logs in with the client that the fixture makes for each test."""
    body = 'client.post("/NOUN/session")\nassert client.get("/NOUN/me").json()["who"] == "member"'
    return (Entry(f"test_{feature.noun}_logged_in", code(body, feature.noun), params=("client",)),)


def _header_finally(feature: Feature) -> tuple[Entry, ...]:
    start = 'shared.client.headers["X-TITLE-Tenant"] = "acme"\ntry:\n'
    look = '    assert shared.client.get("/NOUN/tenant").json()["tenant"] == "acme"\n'
    ending = 'finally:\n    del shared.client.headers["X-TITLE-Tenant"]'
    return (
        Entry(
            name=f"test_{feature.noun}_of_a_tenant",
            body=code((start + look + ending).replace("TITLE", feature.noun.title()), feature.noun),
            steps=(Read((SHARED_CLIENT,)),),
            imports=frozenset({SHARED}),
        ),
    )


def _restored_to_equal(feature: Feature) -> tuple[Entry, ...]:
    """Leaves another object behind, equal to the one before."""
    change = 'before = copy.deepcopy(app.state.NOUN_cache)\napp.state.NOUN_cache["users"]["42"] = "eve"\n'
    look = 'names = client.get("/NOUN/members").json()["names"]\n'
    ending = 'app.state.NOUN_cache = before\nassert "eve" in names'
    return (
        Entry(
            name=f"test_{feature.noun}_restored",
            body=code(change + look + ending, feature.noun),
            imports=frozenset({APP, "import copy"}),
            params=("client",),
        ),
    )


BAITS: tuple[tuple[str, Bait], ...] = (
    ("dependency_overrides", _fixture_bait("app.dependency_overrides.clear()", "cleared", clears=True)),
    (
        "dependency_overrides",
        _fixture_bait("app.dependency_overrides.pop(NOUN_rate)", "popped", clears=False),
    ),
    ("dependency_overrides", _override_patched),
    ("app_state", _state_patched),
    ("app_state", _state_held),
    ("client_cookies", _cookie_cleared),
    ("client_cookies", _own_client),
    ("client_cookies", _fixture_client),
    ("client_headers", _header_finally),
    ("app_state_in_place", _restored_to_equal),
)


def bait_names(scenarios: list[Scenario]) -> Iterator[str]:
    """The names of all tests that are baits."""
    return (entry.name for scenario in scenarios if scenario.bait for unit in scenario.units for entry in unit)
