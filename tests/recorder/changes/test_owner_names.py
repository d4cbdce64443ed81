"""Applications are called after the module that made them, whenever that is imported."""

from __future__ import annotations

import pytest

from support import Project

pytestmark = pytest.mark.processes

APP = """
    from fastapi import FastAPI

    app = FastAPI()
"""
AGAIN = """
    from shop.main import app
"""
TESTS = """
    def dependency():
        pass

    def test_first():
        import shop.api

    def test_leaves():
        from shop.api import app
        app.dependency_overrides[dependency] = int

    def test_looks():
        from shop.api import app
        assert not app.dependency_overrides
"""


def test_one_that_a_test_imports_is_called_after_the_module_that_made_it() -> None:
    project = Project({"shop/__init__.py": "", "shop/main.py": APP, "shop/api.py": AGAIN, "test_shop.py": TESTS})
    audited = project.audit("--random", "0")
    owners = {each["owner"] for each in audited.report["leaks"] if each["kind"] == "dependency_overrides"}
    assert owners == {"shop.main:app"}, audited.text
