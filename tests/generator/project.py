"""Writing the whole project, and telling its truth."""

from collections.abc import Iterable
from pathlib import Path
from random import Random

from .baits import bait_names, plan_baits
from .base_app import DEPENDENCIES, MODELS, WORK
from .base_routers import ROUTERS
from .base_tests import CONFTEST, CONFTEST_IMPORTS, PYPROJECT, SHARED_MODULE
from .derive import Derivation, derive_truth
from .layout import Sheet, declared_order, lay_out
from .model import Model
from .ordinary import plan_ordinary
from .page import Page, add_fixture, add_imports, sheet_page
from .parts import Feature, Fixture, Scenario
from .scenarios import Planter, plan_scenarios
from .spec import Spec
from .truth import Truth


def generate(folder: Path, spec: Spec) -> Truth:
    """Write a FastAPI project with a test suite into an empty folder, and `truth.json` beside them.

    The same spec gives the same files. Raises ValueError if the spec asks for what cannot be, FileExistsError
    if the folder is not empty.
    """
    if problems := spec.problems():
        raise ValueError("; ".join(problems))
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    rng = Random(spec.seed)
    scenarios = _plan(spec, rng)
    features = [feature for scenario in scenarios for feature in scenario.features]
    slots = tuple(feature.slot for scenario in scenarios if not scenario.bait for feature in scenario.features)
    sheets = lay_out(declared_order(scenarios, slots, rng), spec.files, rng)
    pages = [*_app_pages(features, spec), *_sheet_pages(sheets, spec)]
    tests = dict(test for sheet in sheets for test in sheet.ids())
    model = Model(slots, {test: entry.steps for test, entry in tests.items()})
    sources = {mark: source for page in pages for mark, source in page.sources.items()}
    baits = set(bait_names(scenarios))
    truth = derive_truth(
        Derivation(model, tuple(tests), sources), tuple(test for test in tests if tests[test].name in baits)
    )
    _write(folder, {page.path: page.text for page in pages} | {"truth.json": truth.to_json()})
    return truth


def _plan(spec: Spec, rng: Random) -> list[Scenario]:
    planter = Planter(spec.kinds, rng)
    special = [*plan_scenarios(spec, planter, rng), *plan_baits(spec.baits, planter, rng)]
    planned = sum(len(unit) for scenario in special for unit in scenario.units)
    if planned > spec.tests:
        raise ValueError(f"{planned} tests are planted, which do not fit in {spec.tests}")
    return [*special, *plan_ordinary(spec.tests - planned, rng)]


def _app_pages(features: list[Feature], spec: Spec) -> Iterable[Page]:
    yield _text_page("pyproject.toml", PYPROJECT)
    yield _text_page("app/__init__.py", '"""A shop."""')
    yield _text_page("app/routers/__init__.py", '"""The routes, a module for each subject."""')
    yield _text_page("app/models.py", MODELS)
    yield _text_page("app/work.py", WORK)
    yield _text_page("app/main.py", _main(features, spec.import_delay))
    yield _state_page(features)
    dependencies = _text_page("app/dependencies.py", DEPENDENCIES)
    for feature in features:
        if feature.dependency:
            dependencies.gap(2)
            dependencies.add(feature.dependency)
    yield dependencies
    for name, text in ROUTERS.items():
        yield _text_page(f"app/routers/{name}.py", text)
    for feature in features:
        page = Page(f"app/routers/{feature.noun}.py")
        page.add(feature.router)
        yield page


def _state_page(features: list[Feature]) -> Page:
    page = _text_page("app/state.py", '"""What the application keeps."""\n\nfrom fastapi import FastAPI')
    page.gap(2)
    page.add_text('def prepare(app: FastAPI) -> None:\n    """Fill it."""\n    app.state.started = True')
    for feature in features:
        page.add(feature.setup, 4)
    return page


def _main(features: list[Feature], import_delay: int) -> str:
    routers = sorted([*ROUTERS, *(feature.noun for feature in features)])
    lines = [
        '"""The application."""\n',
        "from fastapi import FastAPI\n",
        "from app.routers import (",
        *(f"    {name}," for name in routers),
        ")",
        "from app.state import prepare",
        *([f"from app.work import spend\n\nspend({import_delay})"] if import_delay else []),
        '\napp = FastAPI(title="Shop")',
        "prepare(app)",
        *(f"app.include_router({name}.router)" for name in routers),
    ]
    return "\n".join(lines)


def _sheet_pages(sheets: tuple[Sheet, ...], spec: Spec) -> Iterable[Page]:
    directories = {str(parent) for sheet in sheets for parent in Path(sheet.path).parents} - {"."}
    for directory in sorted(directories):
        yield _text_page(f"{directory}/__init__.py", '"""Tests of the shop."""')
    yield _text_page("tests/shared.py", SHARED_MODULE)
    yield _conftest(sheets)
    for sheet in sheets:
        yield sheet_page(sheet, spec.test_cost)


def _conftest(sheets: tuple[Sheet, ...]) -> Page:
    entries = [entry for sheet in sheets for _, entry in sheet.ids()]
    common = [fixture for entry in entries for fixture in entry.fixtures if fixture.common]
    fixtures: dict[str, Fixture] = {fixture.name: fixture for fixture in common}
    needed = CONFTEST_IMPORTS.union(*(fixture.imports for fixture in fixtures.values()))
    page = Page("tests/conftest.py")
    add_imports(page, needed | {"import pytest"})
    page.gap(1)
    page.add_text(CONFTEST)
    for fixture in fixtures.values():
        add_fixture(page, fixture)
    return page


def _text_page(path: str, text: str) -> Page:
    page = Page(path)
    page.add_text(text)
    return page


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
