from shop.conf import get_settings

def test_dollars(monkeypatch):
    monkeypatch.setenv("CURRENCY", "USD")
    assert get_settings().currency == "USD"
