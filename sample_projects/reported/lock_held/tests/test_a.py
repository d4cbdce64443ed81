from kit import gate

def test_enter():
    assert gate.enter()
