"""The patterns of ordinary tests."""

from dataclasses import dataclass

from .model import Read, Step
from .parts import APP, SHARED, SHARED_CLIENT, TEST_CLIENT

SHARED_READ = (Read((SHARED_CLIENT,)),)


@dataclass(frozen=True)
class Pattern:
    """An ordinary test; `{a}` and `{b}` in its body are numbers from 1 to 9, with `{sum}` and `{product}`."""

    stem: str
    params: tuple[str, ...]
    body: str
    imports: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    asynchronous: bool = False
    parameter: str = ""
    cases: tuple[int | str, ...] = ()


CLIENT = ("client",)
HTTP = ("http",)

PATTERNS = (
    Pattern("health", CLIENT, 'assert client.get("/health").json() == {{"status": "healthy"}}'),
    Pattern("item", CLIENT, 'assert client.get("/items/{a}").json()["name"] == "item {a}"'),
    Pattern("missing_item", CLIENT, 'assert client.get("/items/9{a}").status_code == 404'),
    Pattern(
        "price",
        CLIENT,
        'answer = client.get("/items/{a}/price", params={{"quantity": {b}}})\n'
        'assert answer.json() == {{"cents": {product} * 100}}',
    ),
    Pattern(
        "prices",
        ("client", "quantity"),
        'cents = client.get(f"/items/{a}/price?quantity={{quantity}}").json()["cents"]\n'
        "assert cents == {a} * 100 * quantity",
        parameter="quantity",
        cases=(1, 2, 10),
    ),
    Pattern(
        "quote",
        ("client", "quote"),
        'answer = client.post("/quotes", json=quote)\nassert answer.status_code == 201\n'
        'assert answer.json() == {{"customer": "Ada", "cents": 500}}',
    ),
    Pattern(
        "empty_quote",
        CLIENT,
        'answer = client.post("/quotes", json={{"customer": "a{a}", "rows": []}})\n'
        "assert answer.status_code == 422",
    ),
    Pattern(
        "slug",
        ("client", "text"),
        'slug = client.get("/tools/slug", params={{"text": text}}).json()["slug"]\n'
        'assert slug == "-".join(text.lower().split())',
        parameter="text",
        cases=("plain", "Two Words", "a-{a}"),
    ),
    Pattern("page", CLIENT, 'assert len(client.get("/items?offset={a}&limit={b}").json()) == {b}'),
    Pattern("tax", CLIENT, 'assert client.get("/quotes/tax?cents={a}00").json() == {{"tax": {a}00 * 20 // 100}}'),
    Pattern("unknown_user", CLIENT, 'assert client.get("/whoami").status_code == 401'),
    Pattern(
        "known_user",
        CLIENT,
        'answer = client.get("/whoami", headers={{"X-User": "user {a}"}})\n'
        'assert answer.json()["name"] == "user {a}"',
    ),
    Pattern(
        "add",
        HTTP,
        'answer = await http.get("/tools/add", params={{"first": {a}, "second": {b}}})\n'
        'assert answer.json() == {{"sum": {sum}}}',
        asynchronous=True,
    ),
    Pattern(
        "echo",
        HTTP,
        'message = {{"text": "number {a}"}}\n'
        'assert (await http.post("/tools/echo", json=message)).json() == message',
        asynchronous=True,
    ),
    Pattern(
        "row_model",
        (),
        "row = Row(item={a}, quantity={b})\nassert row.quantity == {b}",
        ("from app.models import Row",),
    ),
    Pattern(
        "page_model",
        (),
        "with pytest.raises(ValidationError):\n    Page(limit={a}00)",
        ("from app.models import Page", "from pydantic import ValidationError"),
    ),
    Pattern(
        "quote_model",
        ("basket",),
        'quote = Quote(customer=" eve ", rows=basket)\nassert quote.customer == "Eve"',
        ("from app.models import Quote",),
    ),
    Pattern("catalogue", ("items",), "assert items[{a}].number == {a} + 1"),
    Pattern("price_list", ("prices",), "assert prices[{a}] == {a} * 100"),
    Pattern("report", ("plain_client",), 'assert plain_client.get("/report.csv").text.count(",") == 80'),
    Pattern("redirect", ("plain_client",), 'assert plain_client.get("/old-health").json()["status"] == "healthy"'),
    Pattern(
        "cheapest",
        (),
        'totals = [{{"customer": "a", "cents": {a}}}, {{"customer": "b", "cents": {b}}}]\n'
        'cents = TestClient(app).post("/quotes/compare", json=totals).json()["cents"]\n'
        "assert cents == min({a}, {b})",
        (APP, TEST_CLIENT),
    ),
    Pattern(
        "export",
        ("client", "tmp_path"),
        '(tmp_path / "report.csv").write_text(client.get("/report.csv").text)\n'
        'assert len((tmp_path / "report.csv").read_text().splitlines()) == 40',
    ),
    Pattern("version", (), 'assert shared.client.get("/version").status_code == 200', (SHARED,), SHARED_READ),
    Pattern("seen", (), 'assert shared.client.get("/items/{a}").status_code == 200', (SHARED,), SHARED_READ),
)
