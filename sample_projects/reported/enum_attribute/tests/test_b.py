from kit.colour import Colour

def test_english():
    assert Colour.RED.label == "red"

def test_value():
    assert Colour.RED.value == 1
