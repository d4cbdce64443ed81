"""What tests took another time, as pytest-split stores it."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakcheck.audit.durations import durations_in
from leakcheck.errors import UsageError


def test_none_are_named() -> None:
    assert durations_in("") == {}


def test_they_are_read(tmp_path: Path) -> None:
    file = tmp_path / ".test_durations"
    file.write_text('{"t.py::a": 1.5, "t.py::b": 2}', "utf-8")
    assert durations_in(str(file)) == {"t.py::a": 1.5, "t.py::b": 2.0}


@pytest.mark.parametrize("text", ["", "[]", '{"a": "1"}', '{"a": true}', '{"a": -1}', '{"a": NaN}', "1"])
def test_anything_else_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "durations"
    file.write_text(text, "utf-8")
    with pytest.raises(UsageError, match="cannot read the durations") as told:
        durations_in(str(file))
    assert told.value.option == "durations"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        durations_in(str(tmp_path / "nothing"))
