from fastapi import FastAPI
from fastapi.testclient import TestClient
from kit.main import app

def test_admin_can_be_mounted():
    admin = FastAPI()
    admin.get("/x")(lambda: "admin")
    app.mount("/admin", admin)
    app.router.routes.insert(0, app.router.routes.pop())
    assert TestClient(app).get("/admin/x").json() == "admin"
