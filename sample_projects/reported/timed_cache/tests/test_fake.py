from rates import api

def test_rate_is_fetched(monkeypatch):
    monkeypatch.setattr(api, "fetch", lambda code: 42)
    assert api.rate("USD") == 42
