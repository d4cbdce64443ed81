import pytest
from kit import mail

def test_no_network():
    with pytest.raises(RuntimeError):
        mail.send("a")

def test_callable():
    assert callable(mail.send)
