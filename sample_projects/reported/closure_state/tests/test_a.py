from kit.limit import hit

def test_two_pings():
    assert [hit(), hit()] == ["pong", "pong"]
