"""Tests in their roles: who looks at a feature, pollutes it, cleans it, or needs it polluted."""

from dataclasses import dataclass, replace
from random import Random

from .model import CLEAN, DIRTY, Fail, Reset, Step, Write
from .parts import APP, SHARED, TEST_CLIENT, Code, Entry, Feature, Fixture, Line, Way, code

SYNC_STYLES = ("client", "fresh")
STYLES = (*SYNC_STYLES, "async")
GETS = {
    "client": "client.get({})",
    "fresh": "TestClient(app).get({})",
    "shared": "shared.client.get({})",
    "async": "(await http.get({}))",
}
IMPORTS = {
    "client": frozenset[str](),
    "fresh": frozenset({TEST_CLIENT, APP}),
    "shared": frozenset({SHARED}),
    "async": frozenset[str](),
}
PARAMS = {"client": ("client",), "async": ("http",)}


@dataclass(frozen=True)
class View:
    """How a test looks at a feature: an expression for what it shows, one for the bare response."""

    feature: Feature
    style: str

    @property
    def response(self) -> str:
        """The source of the request."""
        return GETS[self.style].format(f'"{self.feature.url}"')

    @property
    def value(self) -> str:
        """The source of what the response shows."""
        return f'{self.response}.json()["{self.feature.key}"]'

    @property
    def params(self) -> tuple[str, ...]:
        """The fixtures that the request takes."""
        return PARAMS.get(self.style, ())


def view(feature: Feature, rng: Random, styles: tuple[str, ...] = STYLES) -> View:
    """Look in one of these styles, or through the shared client where that is what leaks."""
    return View(feature, "shared" if feature.shared else rng.choice(styles))


def looking_entry(
    name: str, views: tuple[View, ...], body: Code, steps: tuple[Step, ...], way: Way | None = None
) -> Entry:
    """A test that looks through these views and goes this way."""
    imports = frozenset[str]().union(*(IMPORTS[seen.style] for seen in views), way.imports if way else ())
    params = [param for seen in views for param in seen.params] + list(way.params if way else ())
    return Entry(
        name=name,
        body=body,
        steps=steps,
        imports=imports,
        params=tuple(dict.fromkeys(params)),
        asynchronous=any(seen.style == "async" for seen in views),
    )


def victim_of(name: str, features: tuple[Feature, ...], rng: Random) -> Entry:
    """Fails if every one of the features is polluted."""
    styles = STYLES if len(features) == 1 else SYNC_STYLES
    views = tuple(view(feature, rng, styles) for feature in features)
    looking = tuple(step for feature in features for step in feature.looking)
    fail = Fail(tuple((feature.slot.name, DIRTY) for feature in features))
    if len(views) == 1:
        return looking_entry(name, views, code(f"assert {views[0].value} == {features[0].clean}"), (*looking, fail))
    lines = [f"{seen.feature.noun} = {seen.value}" for seen in views]
    wanted = " or ".join(f"{feature.noun} == {feature.clean}" for feature in features)
    return looking_entry(name, views, code("\n".join([*lines, f"assert {wanted}"])), (*looking, fail))


def brittle_of(name: str, feature: Feature, rng: Random) -> Entry:
    """Fails unless the feature is polluted."""
    seen = view(feature, rng)
    steps = (*feature.looking, Fail(((feature.slot.name, CLEAN),)))
    return looking_entry(name, (seen,), code(f"assert {seen.value} == {feature.dirty}"), steps)


def reader_of(name: str, feature: Feature, rng: Random) -> Entry:
    """Looks, and is content with anything."""
    seen = view(feature, rng)
    return looking_entry(name, (seen,), code(f"assert {seen.response}.status_code == 200"), feature.looking)


def polluter_of(name: str, feature: Feature, way: Way, rng: Random) -> Entry:
    """Pollutes in its own body, and most often sees to it that it did."""
    placed = way.at(name)
    if not way.certain or rng.random() < 0.3:
        return looking_entry(name, (), placed.body, placed.steps, placed)
    seen = view(feature, rng, SYNC_STYLES)
    body = (*placed.body, Line(f"assert {seen.value} == {feature.dirty}"))
    return looking_entry(name, (seen,), body, (*placed.steps, *feature.looking), placed)


def leaking_fixture(name: str, way: Way, rng: Random, common: bool) -> Fixture:
    """A fixture that never puts back what it sets."""
    placed = way.at(name)
    ending = code("yield") if rng.random() < 0.5 else ()
    return Fixture(name, (*placed.body, *ending), placed.imports, placed.params, common=common)


def fixture_polluter_of(name: str, feature: Feature, fixture: Fixture, way: Way, rng: Random) -> Entry:
    """Pollutes because it asks for a fixture that does."""
    seen = view(feature, rng, SYNC_STYLES)
    wanted = f"== {feature.dirty}" if way.certain else "is not None"
    steps = (*way.at(fixture.name).steps, *feature.looking)
    entry = looking_entry(name, (seen,), code(f"assert {seen.value} {wanted}"), steps)
    return replace(entry, params=(fixture.name, *entry.params), fixtures=(fixture,))


def cleaner_of(name: str, feature: Feature, rng: Random) -> Entry:
    """Puts back what others left, and sees to it that it did."""
    way = rng.choice(feature.cleans)
    seen = view(feature, rng, SYNC_STYLES)
    body = (*way.body, Line(f"assert {seen.value} == {feature.clean}"))
    return looking_entry(name, (seen,), body, (*way.steps, *feature.looking), way)


def link_of(name: str, first: Feature, second: Feature, rng: Random) -> Entry:
    """Pollutes the second feature, but only when it finds the first one polluted."""
    way = rng.choice([way for way in second.pollutes if not any(isinstance(step, Reset) for step in way.steps)])
    placed = way.at(name)
    seen = view(first, rng, SYNC_STYLES)
    condition = ((first.slot.name, DIRTY),)
    body = (
        Line(f"{first.noun} = {seen.value}"),
        Line(f"if {first.noun} == {first.dirty}:"),
        *(Line(f"    {line.text}", line.mark) for line in placed.body),
        Line(f"assert {first.noun} in ({first.clean}, {first.dirty})"),
    )
    writes = tuple(replace(step, when=(*step.when, *condition)) for step in placed.steps if isinstance(step, Write))
    return looking_entry(name, (seen,), body, (*first.looking, *writes), placed)


def self_polluter_of(name: str, feature: Feature, rng: Random) -> Entry:
    """Passes the first time only."""
    way = rng.choice(feature.pollutes).at(name)
    seen = view(feature, rng, SYNC_STYLES)
    body = (Line(f"assert {seen.value} == {feature.clean}"), *way.body)
    steps = (*feature.looking, Fail(((feature.slot.name, DIRTY),)), *way.steps)
    return looking_entry(name, (seen,), body, steps, way)
