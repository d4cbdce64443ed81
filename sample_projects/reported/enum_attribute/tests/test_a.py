from kit.colour import Colour

def test_translated():
    Colour.RED.label = "rouge"
    assert Colour.RED.label == "rouge"
