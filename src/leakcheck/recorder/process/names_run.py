"""Tells what a test alone can have read: listens to the code that it runs, in an execution made for that."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from leakcheck.recorder.deep.deep_look import DeepLook
from leakcheck.recorder.deep.executed_code import ExecutedCode
from leakcheck.recorder.deep.names_read import names_read
from leakcheck.records.name_sets import EVERYTHING
from leakcheck.snapshots.frames import is_project_file


def names_in(run: Callable[[], None], item: pytest.Item, look: DeepLook) -> str:
    """The names in the code that runs when `item` does, by `run`, as a set (`records.name_sets`). `look` was made
    before."""
    aliases, code = look.aliases(), ExecutedCode()
    listens = code.start()
    try:
        run()
    finally:
        ran = code.stop()
    return names_read(ran, is_project_file, aliases, _given(item)) if listens else EVERYTHING


def _given(item: pytest.Item) -> str:
    """The strings that a test is parametrized with."""
    params = getattr(getattr(item, "callspec", None), "params", None)
    values = dict.values(params) if type(params) is dict else ()
    return " ".join((item.name, *(each for each in values if type(each) is str)))
