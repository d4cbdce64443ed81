from model.item import Item

def test_first_item_is_one():
    assert Item("mug").id == 1

def test_name():
    assert Item("cup").name == "cup"
