"""The client that the browsing, member and staff tests share, and how customers log in."""

from fastapi.testclient import TestClient

from shop.main import app

browser = TestClient(app)


def log_in(client: TestClient, name: str = "alice") -> str:
    """Log a seeded customer in and return the name that the shop greets them with."""
    form = {"email": f"{name}@shop.example", "password": "secret"}
    response = client.post("/session", json=form)
    assert response.status_code == 200
    return str(response.json()["name"])
