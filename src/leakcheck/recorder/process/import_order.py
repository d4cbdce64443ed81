"""Whether test files were imported in the order in which they were to be: what is told of imports rests on that."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from leakcheck.recorder.changes.owner_names import relative
from leakcheck.recorder.segment import Segment
from leakcheck.records import Note, Order
from leakcheck.records.topics import Topic


class ImportOrder:
    """A plugin that is registered before anything is collected."""

    def __init__(self) -> None:
        self._paths: dict[str, None] = {}

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_make_collect_report(self, collector: pytest.Collector) -> Generator[None, Any, Any]:
        if isinstance(collector, pytest.File) and not isinstance(collector, pytest.Package):
            self._paths[str(collector.path)] = None
        return (yield)

    def tell(self, order: Order, root: str, segment: Segment) -> None:
        """Note that the files of `order` were imported otherwise."""
        found = tuple(name for name in (relative(path, root) for path in self._paths) if name in order.collect)
        if len(order.collect) > 1 and found != order.collect:
            segment.write(Note(Topic.IMPORTS, f"imported in this order: {', '.join(found)}"))
