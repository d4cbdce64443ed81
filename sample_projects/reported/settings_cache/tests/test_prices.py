from shop.conf import get_settings

def test_default_currency():
    assert get_settings().currency == "EUR"

def test_sum():
    assert 1 + 1 == 2
