import time_machine
from cal.today import year

def test_in_1999():
    time_machine.travel("1999-05-05", tick=False).start()
    assert year() == 1999

def test_in_2001():
    with time_machine.travel("2001-05-05"):
        assert year() == 2001
