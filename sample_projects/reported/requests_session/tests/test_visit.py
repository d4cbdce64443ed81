from api import client

def test_visitor():
    assert client.is_anonymous()

def test_agent():
    assert "User-Agent" in client.session.headers
