from kit.tags import add

def test_only_red():
    assert add("red") == ["red"]
