import json


def branch(checkout):
    return json.loads((checkout / "settings.json").read_text())["branch"]


def test_switch(checkout):
    (checkout / "settings.json").write_text(json.dumps({"branch": "next"}))
    assert branch(checkout) == "next"


def test_branch(checkout):
    assert branch(checkout) == "main"


def test_delete(checkout):
    (checkout / "refs" / "main").unlink(missing_ok=True)
    assert list((checkout / "refs").glob("main")) == []


def test_main_is_known(checkout):
    assert (checkout / "refs" / "main").read_text() == "a1b2"


def test_tag(checkout):
    (checkout / "refs" / "v1").write_text("c3d4")
    assert (checkout / "refs" / "v1").exists()


def test_no_tags(checkout):
    assert [each.name for each in (checkout / "refs").iterdir() if each.name.startswith("v")] == []
