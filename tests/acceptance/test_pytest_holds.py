"""What pytest holds and no module does: values of fixtures that several tests share, values of parameters, what was
put on pytest's own objects and on the class of the tests. Named and proven; who puts back is not accused."""

from __future__ import annotations

import pytest

from support import Audited, Project

CONFTEST = """
    import dataclasses
    import pytest

    class Cart:
        def __init__(self):
            self.state = "open"
            self.pages = {"rows": [1]}

        def close(self):
            self.state = "closed"

    @dataclasses.dataclass
    class Order:
        lines: list = dataclasses.field(default_factory=list)

    class Doubles:
        def __init__(self):
            self.known = {}

        def get(self, number):
            return self.known.setdefault(number, number * 2)

    @pytest.fixture(scope="session")
    def body():
        return {"status": "draft", "tags": []}

    @pytest.fixture(scope="module")
    def tags(body):
        return body["tags"]

    @pytest.fixture(scope="session")
    def cart():
        return Cart()

    @pytest.fixture(scope="package")
    def order():
        yield Order()

    @pytest.fixture(scope="session")
    def counted():
        made = []
        def count():
            made.append(1)
            return len(made)
        return count

    @pytest.fixture(params=[{"width": 1}], ids=["small"])
    def shape(request):
        return request.param

    @pytest.fixture(scope="session")
    def flags():
        return {"dark": False}

    @pytest.fixture(scope="session")
    def doubles():
        return Doubles()

    @pytest.fixture(scope="session")
    async def box(anyio_backend):
        return {"inside": 1}

    @pytest.fixture(scope="session")
    def anyio_backend():
        return "asyncio"

    @pytest.fixture(scope="class")
    def client(request):
        request.cls.client = {"open": True}

    pytest.shared = {"user": "ann"}
"""
LEAKS = """
    import pytest

    def test_body_leaks(body):
        body["status"] = "published"

    def test_tags_leaks(body):
        body["tags"].append("public")

    def test_cart_leaks(cart):
        cart.close()

    def test_rows_leaks(cart):
        cart.pages["rows"].append(2)

    def test_order_leaks(order):
        order.lines.append("mug")

    def test_counted_leaks(counted):
        assert counted()

    def test_shape_leaks(shape):
        shape["width"] = 2

    @pytest.mark.anyio
    async def test_box_leaks(box):
        box["inside"] = 2

    def test_shared_leaks():
        pytest.shared["user"] = "bob"

    def test_config_leaks(pytestconfig):
        pytestconfig.tenant = "blue"

    @pytest.mark.usefixtures("client")
    class TestClient:
        def test_client_leaks(self):
            self.client["open"] = False

        def test_client_suffers(self):
            assert self.client["open"]

    def test_flags_leaks_not(flags):
        flags["dark"] = True
        assert flags.pop("dark")
        flags["dark"] = False

    def test_doubles_leaks_not(doubles):
        assert doubles.get(2) == 4
"""
SUFFERS = """
    import pytest

    def test_body_suffers(body):
        assert body["status"] == "draft"

    def test_tags_suffers(tags):
        assert tags == []

    def test_cart_suffers(cart):
        assert cart.state == "open"

    def test_rows_suffers(cart):
        assert cart.pages["rows"] == [1]

    def test_order_suffers(order):
        assert order.lines == []

    def test_counted_suffers(counted):
        made = counted.__closure__[0].cell_contents
        assert made == []

    def test_shape_suffers(shape):
        assert shape["width"] == 1

    @pytest.mark.anyio
    async def test_box_suffers(box):
        assert box["inside"] == 1

    def test_shared_suffers():
        assert pytest.shared["user"] == "ann"

    def test_config_suffers(pytestconfig):
        assert not hasattr(pytestconfig, "tenant")

    def test_flags_is_well(flags):
        assert flags == {"dark": False}

    def test_doubles_is_well(doubles):
        assert doubles.get(2) == 4
"""
SHOWN = {
    "body": ("fixture_values", "session fixture body (conftest.py)", '["status"]'),
    "tags": ("fixture_values", "session fixture body (conftest.py)", '["tags"]'),
    "cart": ("fixture_values", "session fixture cart (conftest.py)", "state"),
    "rows": ("fixture_values", "session fixture cart (conftest.py)", 'pages["rows"]'),
    "order": ("fixture_values", "package fixture order (conftest.py)", "lines"),
    "counted": ("fixture_values", "session fixture counted (conftest.py)", ".<made>"),
    "shape": ("parameters", "fixture shape (conftest.py)", 'params[0]["width"]'),
    "box": ("fixture_values", "session fixture box (conftest.py)", '["inside"]'),
    "shared": ("pytest_attributes", "pytest", 'shared["user"]'),
    "config": ("pytest_attributes", "config", "tenant"),
    "client": ("pytest_attributes", "class test_a.TestClient", 'client["open"]'),
}
LINES = {"cart": ("conftest.py", "self.state ="), "counted": ("conftest.py", "made.append(1)")}
"""Where the line is not in the test itself: its file, and how it begins."""
PROJECT = Project(
    {
        "conftest.py": CONFTEST,
        "test_a.py": LEAKS,
        "test_b.py": SUFFERS,
        "pytest.ini": "[pytest]\naddopts = -p anyio.pytest_plugin\n",
    }
)


@pytest.fixture(scope="module")
def found() -> Audited:
    return PROJECT.audit("--random", "0", "--budget", "600s")


@pytest.mark.parametrize("name", SHOWN)
def test_each_has_its_location_line_and_proof(found: Audited, name: str) -> None:
    edges = [
        each for each in found.report["edges"] if each["to"].partition("[")[0].endswith(f"test_{name}_suffers")
    ]
    assert [(edge["confirmed"], edge["counterfactual"]) for edge in edges] == [(True, True)], found.stdout
    assert f"test_{name}_leaks" in edges[0]["from"][0]
    (leak,) = [each for each in found.report["leaks"] if each["id"] == edges[0]["leak"]]
    assert (leak["kind"], leak["owner"], leak["key"], leak["impact"]) == (*SHOWN[name], "broken")
    (source,) = leak["sources"]
    file, start = LINES.get(name, ("test_a.py", ""))
    assert source["file"] == file
    assert PROJECT.files[file].splitlines()[source["line"] - 1].strip().startswith(start)
    assert name in LINES or source["function"] == f"test_{name}_leaks"


def test_one_object_under_two_names_is_one_leak_and_who_puts_back_or_fills_a_cache_is_not_accused(
    found: Audited,
) -> None:
    polluters = [tuple(leak["polluters"]) for leak in found.report["leaks"]]
    assert len(polluters) == len(SHOWN), found.stdout
    assert found.report["certificate"]["unexplained"] == []
    well = {each for each in found.verdicts if "_is_well" in each or "_leaks" in each}
    assert {found.verdicts[each] for each in well} == {"stable"}, found.stdout
