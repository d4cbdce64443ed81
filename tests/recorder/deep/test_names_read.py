"""Whoever reads a global has a name for it in the code that it runs, under whatever name he holds it."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from leakcheck.analysis.facts.names_of import places_of
from leakcheck.probes import discover
from leakcheck.recorder.deep.deep_look import DeepLook
from leakcheck.recorder.deep.executed_code import ExecutedCode
from leakcheck.recorder.deep.names_read import names_read
from leakcheck.records import Location
from leakcheck.records.name_sets import NameSet
from leakcheck.snapshots.frames import is_project_file, is_project_module
from leakcheck.snapshots.redaction import Redactor
from leakcheck.snapshots.values import Snapshotter

SHOP = """
import dataclasses

RATE_OF_ALL = 10
TABLE_OF_ALL = {"mug": {"cents": 5}}
ROWS_OF_ALL = [1, 2]
IDLE_TABLE = {}

class Policy:
    limit_of_all = 10

@dataclasses.dataclass
class Config:
    depth_of_all: int = 1

CONFIG = Config()

def closed():
    kept_in_cell = {"level": 1}
    def recall():
        return kept_in_cell["level"]
    return recall

recall = closed()

def by_default(table_given=TABLE_OF_ALL):
    return table_given["mug"]

def counted():
    return counted.calls_of_all

counted.calls_of_all = 0
HANDLERS = {"rate": lambda: RATE_OF_ALL, "recall": recall, "default": by_default}
"""
READERS = """
import copy, functools, importlib, operator
import shop_of_names, shop_of_names as elsewhere
from shop_of_names import CONFIG as OTHER_NAME, HANDLERS, TABLE_OF_ALL as RENAMED, Policy, ROWS_OF_ALL

class Store:
    def __init__(self, rows):
        self.rows_in_store = rows

STORE = Store(ROWS_OF_ALL)
HELD = functools.partial(len, ROWS_OF_ALL)
BOUND = ROWS_OF_ALL.__len__
PARTS = ["RATE", "OF", "ALL"]

def module_attribute(): return shop_of_names.RATE_OF_ALL
def renamed_module(): return elsewhere.RATE_OF_ALL
def imported_inside():
    from shop_of_names import RATE_OF_ALL
    return RATE_OF_ALL
def any_module(): return importlib.import_module("shop_of_names").RATE_OF_ALL
def by_getattr(): return getattr(shop_of_names, "RATE_OF_ALL")
def by_getter(): return operator.attrgetter("RATE_OF_ALL")(shop_of_names)
def by_computed_name(): return getattr(shop_of_names, "_".join(PARTS))
def by_vars(): return vars(shop_of_names)["_".join(PARTS)]
def by_any_computed(): return getattr(importlib.import_module("shop_of_names"), "_".join(PARTS))
def by_handler(): return HANDLERS["rate"]()
def evaluated(): return eval("RATE_OF_ALL", {"RATE_OF_ALL": shop_of_names.RATE_OF_ALL})
def table(): return shop_of_names.TABLE_OF_ALL["mug"]["cents"]
def renamed_table(): return RENAMED["mug"]["cents"]
def default_argument(): return HANDLERS["default"]()
def rows_of_object(): return STORE.rows_in_store[0]
def rows_of_partial(): return HELD()
def rows_of_c(): return BOUND()
def class_attribute(): return Policy.limit_of_all
def attribute_of_instance(): return Policy().limit_of_all
def attribute_of_renamed(): return OTHER_NAME.depth_of_all
def whole_object(): return copy.copy(OTHER_NAME)
def cell(): return HANDLERS["recall"]()
def of_function(): return shop_of_names.counted()
def stranger(): return sum([1, 2])
"""
RATE, TABLE, ROWS = "RATE_OF_ALL", 'TABLE_OF_ALL["mug"]["cents"]', "ROWS_OF_ALL"
READ = {
    "module_attribute": RATE, "renamed_module": RATE, "imported_inside": RATE, "any_module": RATE,
    "by_getattr": RATE, "by_getter": RATE, "by_computed_name": RATE, "by_vars": RATE, "by_any_computed": RATE,
    "by_handler": RATE, "evaluated": RATE, "table": TABLE, "renamed_table": TABLE, "default_argument": TABLE,
    "rows_of_object": ROWS, "rows_of_partial": ROWS, "rows_of_c": ROWS, "class_attribute": "Policy.limit_of_all",
    "attribute_of_instance": "Policy.limit_of_all", "attribute_of_renamed": "CONFIG.depth_of_all",
    "whole_object": "CONFIG.depth_of_all", "cell": 'recall.<kept_in_cell>["level"]',
    "of_function": "counted.calls_of_all",
}  # fmt: skip
UNREAD = {
    "module_attribute": (
        'IDLE_TABLE["mug"]',
        "Policy.limit_of_all",
        "CONFIG.depth_of_all",
        'recall.<kept_in_cell>["level"]',
    ),
    "table": (RATE, "Policy.limit_of_all", "counted.calls_of_all", 'IDLE_TABLE["mug"]'),
    "attribute_of_renamed": (RATE, "Policy.limit_of_all", 'IDLE_TABLE["mug"]'),
    "stranger": (RATE, "Policy.limit_of_all", "counted.calls_of_all", 'IDLE_TABLE["mug"]', "CONFIG.depth_of_all"),
}
MayRead = Callable[[str, str], bool]


@pytest.fixture(scope="module")
def may_read(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MayRead]:
    """(the name of a reader, a key in the shop) -> whether it may be read."""
    folder = tmp_path_factory.mktemp("names")
    modules = {"shop_of_names": SHOP, "readers_of_names": READERS}
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
    sys.path.insert(0, str(folder))
    try:
        readers: Any = importlib.import_module("readers_of_names")
        look = DeepLook.at_project(Snapshotter(Redactor("", show_values=True), is_project_module), discover())
        aliases, texts = look.aliases(), dict[str, str]()

        def tell(reader: str, key: str) -> bool:
            if reader not in texts:
                code = ExecutedCode()
                assert code.start()
                try:
                    getattr(readers, reader)()
                finally:
                    ran = code.stop()
                texts[reader] = names_read(ran, is_project_file, aliases, "")
            places = places_of(Location("module_globals", "shop_of_names", key))
            assert places is not None
            return NameSet(texts[reader]).may_hold(places)

        yield tell
    finally:
        sys.path.remove(str(folder))
        for name in modules:
            sys.modules.pop(name, None)


@pytest.mark.parametrize("reader", READ)
def test_what_is_read_has_a_name(may_read: MayRead, reader: str) -> None:
    assert may_read(reader, READ[reader])


def test_what_has_no_name_is_not_read(may_read: MayRead) -> None:
    """But that one name in a few hundreds is taken for another, wherever it stands."""
    wrong = {key for reader, keys in UNREAD.items() for key in keys if may_read(reader, key)}
    assert len(wrong) <= 1, wrong
