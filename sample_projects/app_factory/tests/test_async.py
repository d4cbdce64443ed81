import asyncio

import httpx
import pytest

pytestmark = pytest.mark.anyio

ADA = {"name": "Ada", "email": "ada@example.org"}


async def test_a_created_user_can_be_read(async_client: httpx.AsyncClient) -> None:
    created = await async_client.post("/v1/users", json=ADA)

    answer = await async_client.get(f"/v1/users/{created.json()['id']}")

    assert answer.json() == {"id": 1, **ADA}


async def test_an_unknown_user_is_not_found(async_client: httpx.AsyncClient) -> None:
    answer = await async_client.get("/v1/users/1")

    assert (answer.status_code, answer.json()) == (404, {"error": "user_not_found"})


async def test_the_lifespan_runs_beside_the_async_client(async_client: httpx.AsyncClient) -> None:
    answer = await async_client.get("/health")

    assert (answer.status_code, answer.json()) == (200, {"status": "healthy"})


async def test_users_created_at_once_are_all_kept(async_client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(
        *(
            async_client.post("/v1/users", json={"name": "Ada", "email": f"ada{n}@example.org"})
            for n in range(20)
        )
    )

    assert sorted(answer.json()["id"] for answer in answers) == list(range(1, 21))


async def test_of_equal_emails_at_once_one_is_taken(async_client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(async_client.post("/v1/users", json=ADA) for _ in range(5)))

    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert len((await async_client.get("/v1/users")).json()) == 1
