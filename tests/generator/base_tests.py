"""The part of the generated suite that every project has."""

from .parts import APP, TEST_CLIENT

PYPROJECT = """
[project]
name = "generated-shop"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["fastapi", "httpx2"]

[dependency-groups]
test = ["anyio", "pytest"]

[tool.pytest.ini_options]
pythonpath = ["."]
testpaths = ["tests"]
"""

SHARED_MODULE = '''
"""One client for all who import it."""

from fastapi.testclient import TestClient

from app.main import app

client = TestClient(app)
'''

CONFTEST = '''
try:
    import httpx2 as httpx
except ModuleNotFoundError:
    import httpx


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def client() -> TestClient:
    return TestClient(app)


@pytest.fixture(scope="session")
def plain_client() -> TestClient:
    """For tests that only get."""
    return TestClient(app)


@pytest.fixture
async def http(anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://test") as http:
        yield http


@pytest.fixture(scope="session")
def items() -> tuple[Item, ...]:
    return catalogue()


@pytest.fixture(scope="module")
def prices(items: tuple[Item, ...]) -> dict[int, int]:
    return {item.number: item.price for item in items}


@pytest.fixture(scope="class")
def basket() -> list[dict[str, int]]:
    return [{"item": 1, "quantity": 2}, {"item": 3, "quantity": 1}]


@pytest.fixture
def quote(basket: list[dict[str, int]]) -> dict[str, object]:
    return {"customer": " ada ", "rows": basket}
'''

CONFTEST_IMPORTS = frozenset(
    {
        APP,
        TEST_CLIENT,
        "from collections.abc import AsyncIterator",
        "from app.dependencies import catalogue",
        "from app.models import Item",
    }
)
