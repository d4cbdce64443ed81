from kit import gate

def test_gate_is_open():
    assert gate.enter()
    gate.gate.release()

def test_locked_is_bool():
    assert gate.gate.locked() in (True, False)
