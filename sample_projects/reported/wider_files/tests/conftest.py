import json

import pytest


@pytest.fixture(scope="session")
def checkout(tmp_path_factory):
    folder = tmp_path_factory.mktemp("checkout")
    (folder / "settings.json").write_text(json.dumps({"branch": "main"}))
    (folder / "refs").mkdir()
    (folder / "refs" / "main").write_text("a1b2")
    return folder
