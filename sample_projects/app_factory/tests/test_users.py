import pytest
from fastapi.testclient import TestClient

from accounts.main import create_app
from accounts.settings import IN_MEMORY, Settings

ADA = {"name": "Ada", "email": "ada@example.org"}
GRACE = {"name": "Grace", "email": "grace@example.org"}


def test_a_created_user_is_answered_with_its_id(client: TestClient) -> None:
    answer = client.post("/v1/users", json=ADA)

    assert answer.status_code == 201
    assert answer.json() == {"id": 1, **ADA}


def test_a_created_user_can_be_read(client: TestClient) -> None:
    user_id = client.post("/v1/users", json=ADA).json()["id"]

    answer = client.get(f"/v1/users/{user_id}")

    assert answer.status_code == 200
    assert answer.json() == {"id": user_id, **ADA}


def test_an_unknown_user_is_not_found(client: TestClient) -> None:
    answer = client.get("/v1/users/1")

    assert answer.status_code == 404
    assert answer.json() == {"error": "user_not_found"}


@pytest.mark.parametrize("user_id", ["ada", "-1", str(2**63)])
def test_what_cannot_be_an_id_is_refused(client: TestClient, user_id: str) -> None:
    assert client.get(f"/v1/users/{user_id}").status_code == 422


def test_there_are_no_users_at_first(client: TestClient) -> None:
    assert client.get("/v1/users").json() == []


def test_users_are_listed_in_the_order_of_their_ids(client: TestClient) -> None:
    client.post("/v1/users", json=GRACE)
    client.post("/v1/users", json=ADA)

    assert client.get("/v1/users").json() == [{"id": 1, **GRACE}, {"id": 2, **ADA}]


def test_a_long_list_comes_in_pages() -> None:
    app = create_app(Settings(database_url=IN_MEMORY, pool_size=1, page_size=2))
    with TestClient(app) as client:
        for number in range(1, 4):
            client.post("/v1/users", json={"name": "Ada", "email": f"ada{number}@example.org"})

        first = client.get("/v1/users").json()
        second = client.get("/v1/users", params={"after": first[-1]["id"]}).json()

    assert [user["id"] for user in first] == [1, 2]
    assert [user["id"] for user in second] == [3]


def test_an_email_is_taken_once_whatever_its_case(client: TestClient) -> None:
    client.post("/v1/users", json=ADA)

    answer = client.post("/v1/users", json={"name": "Eve", "email": " ADA@example.org"})

    assert answer.status_code == 409
    assert answer.json() == {"error": "email_taken"}


def test_a_refused_user_leaves_the_session_usable(client: TestClient) -> None:
    client.post("/v1/users", json=ADA)
    client.post("/v1/users", json=ADA)

    assert client.post("/v1/users", json=GRACE).status_code == 201
    assert len(client.get("/v1/users").json()) == 2


@pytest.mark.parametrize(
    "body",
    [{}, {"name": "Ada"}, {"name": " ", "email": "ada@example.org"}, {"name": "Ada", "email": "a"}],
    ids=["empty", "no email", "blank name", "no address"],
)
def test_an_incomplete_user_is_refused(client: TestClient, body: dict[str, str]) -> None:
    assert client.post("/v1/users", json=body).status_code == 422
    assert client.get("/v1/users").json() == []
