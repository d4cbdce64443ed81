import gate


def test_stays_open():
    gate.OPEN.append(gate.listen())
    assert gate.OPEN


def test_opens_and_closes():
    gate.listen().close()


def test_port():
    assert gate.PORT > 1024
