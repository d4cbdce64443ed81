"""LK505: several files write to one application; LK507: so does the import of this one."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from shop.main import app, get_user

app.dependency_overrides[get_user] = lambda: "dora"  # holds for every file


def test_writes() -> None:
    app.state.colour = "red"
    assert app.state.colour == "red"


def test_writes_and_puts_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.state, "shape", "round", raising=False)
    assert app.state.shape == "round"


def test_writes_to_its_own() -> None:
    own = FastAPI()
    own.state.colour = "red"
    assert own.state.colour == "red"
