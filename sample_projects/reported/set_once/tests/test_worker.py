from obs.tracing import setup, Provider

def test_worker_has_its_provider():
    assert setup("worker").name == "worker"

def test_provider():
    assert Provider("x").name == "x"
