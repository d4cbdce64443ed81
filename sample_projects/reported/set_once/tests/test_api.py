from obs.tracing import setup

def test_api_has_its_provider():
    assert setup("api").name == "api"
