from kit.order import Order

def test_default():
    assert Order().currency == "EUR"

def test_given():
    assert Order(currency="CHF").currency == "CHF"
