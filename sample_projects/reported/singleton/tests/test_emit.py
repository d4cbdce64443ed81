from bus.core import Bus

def test_handler_is_called():
    Bus().on("order", str.upper)
    assert Bus().emit("order", "a") == ["A"]

def test_other_topic():
    Bus().on("other", str.lower)
    assert Bus().emit("other", "A") == ["a"]
