"""LK505: several files write to one application; LK507: a patcher that nobody stops."""

from __future__ import annotations

from unittest.mock import patch

from shop.main import app

patch("shop.main.get_customer").start()  # nobody stops it


def test_writes() -> None:
    app.state.colour = "blue"
    assert app.state.colour == "blue"
