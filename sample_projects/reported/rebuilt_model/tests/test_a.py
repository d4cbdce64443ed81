from kit.order import Order

def test_default_can_change():
    Order.model_fields["currency"].default = "USD"
    Order.model_rebuild(force=True)
    assert Order().currency == "USD"
