from api import client

class TestLogin:
    def test_login(self):
        client.login("t0ken")
        assert not client.is_anonymous()
