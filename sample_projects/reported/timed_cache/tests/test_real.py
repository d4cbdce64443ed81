from rates import api

def test_dollar():
    assert api.rate("USD") == 1.1

def test_euro():
    assert api.rate("EUR") == 1.0
