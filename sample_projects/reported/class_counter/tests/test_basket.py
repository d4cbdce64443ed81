import pytest
from model.item import Item

@pytest.fixture
def basket():
    return [Item("a"), Item("b")]

@pytest.mark.parametrize("place", [0, 1])
def test_names(basket, place):
    assert basket[place].name == "ab"[place]
