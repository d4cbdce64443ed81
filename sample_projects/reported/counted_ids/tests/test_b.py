from kit.ids import new_id

def test_first():
    assert new_id() == "o1"

def test_text():
    assert isinstance("o", str)
