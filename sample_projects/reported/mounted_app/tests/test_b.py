from fastapi.testclient import TestClient
from kit.main import app

def test_everything_is_a_path():
    assert TestClient(app).get("/admin/x").json() == "admin/x"

def test_root():
    assert TestClient(app).get("/a").json() == "a"
