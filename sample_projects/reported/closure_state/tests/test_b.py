from kit.limit import ping

def test_one_ping():
    assert ping() == "pong"

def test_name():
    assert ping.__name__ == "ping"
