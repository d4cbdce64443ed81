from cal.today import year

def test_this_century():
    assert year() >= 2024

def test_int():
    assert isinstance(year(), int)
