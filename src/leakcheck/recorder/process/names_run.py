"""Listens to the code that a test alone runs, and tells what it can have read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import CodeType

import pytest

from leakcheck.recorder.deep.deep_look import DeepLook
from leakcheck.recorder.deep.executed_code import ExecutedCode
from leakcheck.recorder.deep.names_read import names_read
from leakcheck.records import Alone, Names, Question
from leakcheck.snapshots.frames import is_project_file


class NamesRun:
    """`look` was made before the test; without it, nothing is listened to."""

    def __init__(self, look: DeepLook | None) -> None:
        self._aliases = look.aliases if look is not None else None
        self._code = ExecutedCode()
        self._ran: frozenset[CodeType] | None = None

    @contextmanager
    def listening(self, question: Question) -> Iterator[None]:
        """Around one test, if the question wants it: where it costs little, or is what is asked."""
        wanted = isinstance(question, Names) or (isinstance(question, Alone) and question.again)
        if not wanted or self._aliases is None or not self._code.start(profile=isinstance(question, Names)):
            yield
            return
        try:
            yield
        finally:
            self._ran = self._code.stop()

    def read(self, item: pytest.Item) -> str:
        """What the last test that was listened to can have read; "" if that is not known."""
        ran, self._ran = self._ran, None
        if ran is None or self._aliases is None:
            return ""
        return names_read(ran, is_project_file, self._aliases, _given(item))


def _given(item: pytest.Item) -> str:
    """The strings that a test is parametrized with: they stand in its id, but for what is no identifier there."""
    params = getattr(getattr(item, "callspec", None), "params", None)
    values = dict.values(params) if type(params) is dict else ()
    return " ".join((item.name, *(each for each in values if type(each) is str)))
