from db.core import numbers

def test_two_numbers():
    assert numbers() == [1, 2]

def test_type():
    assert isinstance(numbers(), list)
