from kit.tags import add

def test_adds_blue():
    assert "blue" in add("blue")

def test_own_list():
    assert add("x", []) == ["x"]
