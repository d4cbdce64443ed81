"""Files that pytest imports otherwise than asked are told: what a command names as a whole comes last."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from support import run

pytestmark = pytest.mark.processes

PROGRAM = """
import os, sys, pytest
from leakcheck.recorder.process.import_order import ImportOrder
from leakcheck.records import Behind, Order

class Told:
    def write(self, note):
        print(note.topic, note.text)

order = ImportOrder()
pytest.main(["-q", "--collect-only", *sys.argv[1:]], plugins=[order])
order.tell(Order(Behind(), ("test_b.py::t",), collect=("test_a.py", "test_b.py")), os.getcwd(), Told())
"""


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("test_a.py", "test_b.py::t"), True),
        (("test_a.py::t", "test_b.py::t"), False),
        (("test_a.py::t", "--deselect=test_a.py::t", "test_b.py::t"), False),
    ],
)
def test_a_file_named_as_a_whole_is_imported_last(
    tmp_path: Path, arguments: tuple[str, ...], *, told: bool
) -> None:
    for name in ("test_a.py", "test_b.py"):
        (tmp_path / name).write_text("def test_nothing():\n    pass\n\ndef t():\n    pass\n", "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\npython_functions = t test_*\n", "utf-8")
    ended = run(tmp_path, sys.executable, "-c", PROGRAM, *arguments)
    assert ("imports imported in this order: test_b.py, test_a.py" in ended.stdout) is told, ended.text
