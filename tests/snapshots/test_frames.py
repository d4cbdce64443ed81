"""Which modules are the project's own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from leakcheck.snapshots.frames import file_of


def test_a_package_without_a_file_is_where_its_folder_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "nameless_shelf").mkdir()
    monkeypatch.syspath_prepend(tmp_path)
    import nameless_shelf  # type: ignore[import-not-found]

    assert file_of(nameless_shelf) == str(tmp_path / "nameless_shelf" / "__init__.py")
    assert file_of(sys) == ""
    assert file_of(pytest) == pytest.__file__
    monkeypatch.delitem(sys.modules, "nameless_shelf")
    assert file_of(object()) == ""
