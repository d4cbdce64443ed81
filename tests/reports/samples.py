"""Hand-made results: what reports are shown in the tests of this folder."""

from __future__ import annotations

from dataclasses import replace

from leakcheck.records import (
    Certificate,
    Cost,
    Edge,
    Effect,
    Finding,
    Fix,
    Impact,
    JointFix,
    Leak,
    Location,
    OrderSummary,
    PathChange,
    ProvenFix,
    Replaced,
    Result,
    Source,
    Suite,
    TestItem,
    TestVerdict,
    Unexplained,
    Verdict,
)
from watched import OWN

APP = "shop.main:app"
BROWSER = "tests.clients:browser"
KINDS = {"app_state": "tracked", "dependency_overrides": "tracked", "client_cookies": "tracked"}
FIX_STATE = "Keep the old value in a fixture, and put it back after the yield."
FIX_OVERRIDE = "Set the override in a fixture and take it away after the yield."
FIX_CLIENT = "Make a client per test in a function fixture."
FIX_NEED = "Let the test make the state that it needs, in a fixture of its own."


def suite(*tests: str) -> Suite:
    items = tuple(TestItem(test, test.partition("::")[0], 1) for test in tests)
    return Suite("/project", ("tests",), items, "3.11.7", "9.0.1", kinds=OWN)


def result(
    tests: tuple[TestVerdict, ...] = (),
    *,
    leaks: tuple[Leak, ...] = (),
    edges: tuple[Edge, ...] = (),
    findings: tuple[Finding, ...] = (),
    orders: tuple[OrderSummary, ...] = (),
) -> Result:
    """A result that is clean unless `edges` or `leaks` say otherwise."""
    return Result(
        leakcheck="0.1.0",
        suite=suite(*(test.id for test in tests)),
        engine="fork",
        lanes=2,
        cost=Cost(1.4, 6.1, 231, 1400, 2, 240, 1.2, 10.8),
        orders=orders,
        tests=tests,
        leaks=leaks,
        edges=edges,
        findings=findings,
        certificate=Certificate(0, 0, (), KINDS, False),
        verdict="order-dependent" if edges else "leaking" if leaks else "clean",
        exit_code=1 if edges else 0,
    )


def verdict(test: str, word: Verdict = "stable", crash: str = "", **outcomes: str) -> TestVerdict:
    return TestVerdict(test, word, (), outcomes or {"declared": "passed", "isolated": "passed"}, crash)


def leak(number: int, location: Location, impact: Impact, *polluters: str) -> Leak:
    """A leak written by the first polluter in its call."""
    file, _, name = polluters[0].partition("::")
    source = Source(file, 10 + number, name, "call")
    return Leak(
        f"L{number}", location, impact, polluters, (), (), (source,), "absent", "'changed'", kind=OWN[location.kind]
    )


def edge(polluters: tuple[str, ...], test: str, leak: str | None, effect: Effect = "breaks") -> Edge:
    """A confirmed edge, its counterfactual not tried."""
    command = " ".join(("pytest", *polluters, test))
    return Edge(polluters, test, effect, leak, (*polluters, test), True, None, command, ("e7", "e8"))


# The shop: 14 victims, 2 brittle tests, one self-polluting test, 10 leaks ----------------------

AS_ALICE = Source("tests/conftest.py", 41, "as_alice", "setup", "as_alice", "function")
LOG_IN = Source("tests/clients.py", 13, "log_in", "call")
BACK_OFFICE = Source("tests/test_staff.py", 15, "back_office", "setup", "back_office", "function")

ALICE = (
    "tests/test_orders.py::test_total_counts_every_piece",
    "tests/test_orders.py::test_unknown_products_cannot_be_ordered",
    "tests/test_orders.py::test_history_lists_the_orders",
    "tests/test_wishlist.py::test_wishes_are_kept_once",
    "tests/test_wishlist.py::test_wishes_can_be_dropped",
)
MEMBERS = (
    "tests/test_members.py::test_login_sets_the_cookie",
    "tests/test_members.py::test_session_belongs_to_the_member",
)
STAFF = (
    "tests/test_staff.py::test_staff_starts_with_no_orders",
    "tests/test_staff.py::test_staff_cannot_stock_unknown_products",
)
SALE = "tests/test_promotions.py::test_flash_sale_price"
WEEKEND = "tests/test_promotions.py::test_free_delivery_weekend"
WEEK = "tests/test_promotions.py::test_product_of_the_week_is_on_sale"
MAIL = "tests/test_orders.py::test_order_is_confirmed_by_mail"
HELD = "tests/test_catalogue.py::test_held_items_are_not_available"
PAGES = "tests/test_staff.py::test_long_pages"
RELEASE = "tests/test_health.py::test_version_is_the_release"
DECLINED = "tests/test_payments.py::test_declined_payment_leaves_no_order"
LOGOUT = "tests/test_members.py::test_logout_ends_the_session"
GREETED = "tests/test_members.py::test_members_are_greeted_by_name"
FEATURED = "tests/test_promotions.py::test_front_page_features_the_product"

NEED_LOGIN = (
    "tests/test_accounts.py::test_profile_needs_a_login",
    "tests/test_accounts.py::test_profile_needs_our_signature",
    "tests/test_accounts.py::test_profile_shows_who_logged_in",
    "tests/test_orders.py::test_ordering_needs_a_login",
    "tests/test_wishlist.py::test_wishlist_needs_a_login",
)
GUESTS = (
    "tests/test_browse.py::test_guests_are_greeted",
    "tests/test_browse.py::test_guests_have_no_session",
)
CLOSED = "tests/test_browse.py::test_back_office_is_closed_to_guests"
PRICE = "tests/test_catalogue.py::test_product_has_its_price"
POSTAGE = (
    "tests/test_delivery.py::test_small_orders_pay_postage[300]",
    "tests/test_delivery.py::test_small_orders_pay_postage[4999]",
)
SENDING = (
    "tests/test_mailer.py::test_send_hands_over_the_message",
    "tests/test_mailer.py::test_send_composes_the_message",
    "tests/test_mailer.py::test_send_keeps_a_copy",
)
STABLE = tuple(f"tests/test_catalogue.py::test_product_{number}" for number in range(30))


def _shop_leaks() -> tuple[Leak, ...]:
    override = Location("dependency_overrides", APP, "shop.auth:current_user")
    fake = "function tests.conftest:as_alice.<locals>.<lambda>"
    prices = PathChange('["prices"]["mug"]', "1200", "900")
    held = PathChange('["kettle"]', "absent", "1")
    featured = (
        PathChange('["sku"]', "'mug'", "'teapot'"),
        PathChange('["text"]', "'Our best mug'", "'Back in stock'"),
    )
    return (
        Leak("L1", override, "broken", ALICE, NEED_LOGIN, (), (AS_ALICE,), "absent", fake, kind=OWN[override.kind]),
        replace(
            leak(2, Location("client_cookies", BROWSER, "shop_session"), "broken", *MEMBERS),
            victims=(*GUESTS, GREETED),
            sources=(LOG_IN,),
            after="secret #8c1f5f0e3a77",
        ),
        replace(
            leak(3, Location("client_headers", BROWSER, "authorization"), "broken", *STAFF),
            victims=(CLOSED,),
            sources=(BACK_OFFICE,),
            after="secret #09aa4d1be2c3",
        ),
        replace(
            leak(4, Location("app_state", APP, "cache"), "broken", SALE),
            victims=(PRICE,),
            before=prices.before,
            after=prices.after,
            path=prices.path,
            paths=(prices,),
        ),
        replace(
            leak(5, Location("app_state", APP, "free_shipping_from"), "broken", WEEKEND),
            victims=POSTAGE,
            before="5000",
            after="0",
        ),
        replace(
            leak(6, Location("app_state", APP, "featured"), "broken", WEEK),
            victims=(FEATURED,),
            before="dict of 2",
            after="dict of 2",
            paths=featured,
        ),
        replace(
            leak(7, Location("module_globals", "shop.mailer", "send"), "broken", MAIL),
            victims=SENDING,
            before="function shop.mailer:send",
            after="instance of unittest.mock.MagicMock called 1 times",
        ),
        replace(
            leak(8, Location("app_state", APP, "holds"), "broken", HELD),
            victims=(HELD,),
            before=held.before,
            after=held.after,
            path=held.path,
            paths=(held,),
        ),
        replace(
            leak(9, Location("app_state", "shop.admin:app", "page_size"), "read", PAGES),
            readers=(*STAFF, STABLE[0]),
            before="20",
            after="500",
        ),
        replace(leak(10, Location("app_state", APP, "release"), "latent", RELEASE), before="'1.0'", after="'1.1'"),
    )


def _shop_edges() -> tuple[Edge, ...]:
    by_login = [replace(edge((by,), test, "L1"), counterfactual=True) for test in NEED_LOGIN for by in ALICE]
    return (
        *by_login,
        *(edge((by,), test, "L2") for test in GUESTS for by in MEMBERS),
        *(replace(edge((by,), CLOSED, "L3"), counterfactual=False) for by in STAFF),
        replace(edge((SALE,), PRICE, "L4"), counterfactual=True),
        *(edge((WEEKEND,), test, "L5") for test in POSTAGE),
        *(edge((MAIL,), test, "L7") for test in SENDING),
        *(edge((by,), GREETED, "L2", "enables") for by in MEMBERS),
        replace(edge((WEEK,), FEATURED, "L6", "enables"), counterfactual=True),
        edge((HELD,), HELD, "L8"),
        edge((DECLINED,), NEED_LOGIN[0], "L1", "cleans"),
        edge((LOGOUT,), GUESTS[0], "L2", "cleans"),
        Edge((PAGES,), STAFF[0], "reads", "L9", (), False, None, ""),
    )


def _shop_tests() -> tuple[TestVerdict, ...]:
    victims = (*NEED_LOGIN, *GUESTS, CLOSED, PRICE, *POSTAGE, *SENDING)
    passes_alone = {"declared": "passed", "reversed": "failed", "isolated": "passed"}
    fails_alone = {"declared": "passed", "reversed": "failed", "isolated": "failed"}
    polluters = (*ALICE, *MEMBERS, *STAFF, SALE, WEEKEND, WEEK, MAIL)
    return (
        *(TestVerdict(test, "victim", (), passes_alone, "AssertionError at tests/x.py:9") for test in victims),
        *(TestVerdict(test, "brittle", (), fails_alone) for test in (GREETED, FEATURED)),
        TestVerdict(HELD, "self-polluting", (), {"declared": "passed", "reversed": "passed", "isolated": "passed"}),
        *(replace(verdict(test), roles=("polluter",)) for test in polluters),
        *(replace(verdict(test), roles=("cleaner",)) for test in (DECLINED, LOGOUT)),
        *(verdict(test) for test in (PAGES, RELEASE, *STABLE)),
    )


def _shop_findings() -> tuple[Finding, ...]:
    def about(code: str, leak: Leak, fix: str) -> Finding:
        severities = {"1": "error", "2": "warning", "3": "note"}
        source = leak.sources[0]
        return Finding(
            code,
            severities[code[2]],  # type: ignore[arg-type]
            f"{leak.id} leaks",
            source.file,
            source.line,
            leak.victims or leak.polluters,
            leak.id,
            fix,
        )

    found = {leak.id: leak for leak in _shop_leaks()}
    return (
        about("LK101", found["L1"], FIX_OVERRIDE),
        about("LK101", found["L2"], FIX_CLIENT),
        about("LK101", found["L3"], FIX_CLIENT),
        about("LK101", found["L4"], FIX_STATE),
        about("LK101", found["L5"], FIX_STATE),
        about("LK101", found["L7"], "Replace attributes with `monkeypatch.setattr`, which puts them back."),
        about("LK102", found["L2"], FIX_NEED),
        about("LK102", found["L6"], FIX_NEED),
        about("LK103", found["L8"], "Put back what the test changes."),
        about("LK201", found["L9"], FIX_STATE),
        about("LK301", found["L10"], FIX_STATE),
    )


def _shop_fixes() -> tuple[Fix, ...]:
    leaks = {leak.id: leak for leak in _shop_leaks()}

    def fix(number: int, leak: str, *frees: str, advice: str = FIX_STATE, exposes: tuple[str, ...] = ()) -> Fix:
        source = leaks[leak].sources[0]
        return Fix(
            f"F{number}", (leak,), source.file, source.line, source.fixture, frees, (), exposes, advice
        )  # fmt: skip

    return (
        fix(1, "L1", *NEED_LOGIN, advice=FIX_OVERRIDE),
        fix(2, "L7", *SENDING),
        fix(3, "L2", *GUESTS, advice=FIX_CLIENT, exposes=(GREETED,)),
        fix(4, "L5", *POSTAGE),
        fix(5, "L3", CLOSED, advice=FIX_CLIENT),
        fix(6, "L4", PRICE),
        fix(7, "L8", HELD),
        *(Fix(f"F{number}", (), test.partition("::")[0], 20 + number, None, (test,), (), (), FIX_NEED)
          for number, test in ((8, GREETED), (9, FEATURED))),
    )  # fmt: skip


def shop() -> Result:
    """An audit of a suite that suffers every classic."""
    tests = _shop_tests()
    total = len(tests)
    made = result(tests, leaks=_shop_leaks(), edges=_shop_edges(), findings=_shop_findings())
    orders = (
        OrderSummary("declared", "declared", None, {"passed": total}, "pytest tests"),
        OrderSummary("reversed", "reversed", None, {"passed": total - 9, "failed": 8, "error": 1}, ""),
        OrderSummary("random-1", "random", 1, {"passed": total - 5, "failed": 5}, "pytest -p randomly tests"),
        OrderSummary("random-1-reversed", "random", 1, {"passed": total - 11, "failed": 11}, ""),
        OrderSummary("isolated", "isolated", None, {"passed": total - 2, "failed": 2}, ""),
    )
    return replace(
        made,
        suite=replace(made.suite, neutralised=("pytest-cov (--cov)", "-x")),
        orders=orders,
        certificate=replace(made.certificate, pairs_total=37, pairs_covered=37),
        notes=("tests/clients.py keeps one client for the whole session.",),
        fixes=_shop_fixes(),
    )


PATCH = """\
diff --git a/backend/tests/conftest.py b/backend/tests/conftest.py
--- a/backend/tests/conftest.py
+++ b/backend/tests/conftest.py
@@ -39,4 +39,6 @@
     alice = User(1)
--- what a line of the file may begin with
     app.dependency_overrides[current_user] = lambda: alice
+    yield
+    app.dependency_overrides.pop(current_user, None)
"""
PROVEN = ProvenFix(
    ("L1",),
    "the fixture undoes what it sets",
    (
        "3 witnesses pass with it; without it, the first fails",
        "no other outcome in these orders: declared, reversed",
    ),
    "nothing for other tests",
    PATCH,
    (
        Replaced("tests/conftest.py", 40, 1, ()),
        Replaced(
            "tests/conftest.py",
            41,
            1,
            (
                "    app.dependency_overrides[current_user] = lambda: alice",
                "    yield",
                "    app.dependency_overrides.pop(current_user, None)",
            ),
        ),
    ),
)


def fixed() -> Result:
    """The shop, for one of whose leaks a fix was proven; for another, one that no report may tell."""
    return replace(shop(), proven_fixes=(PROVEN, ProvenFix(("L2",), "it is undone", ("1 witness passes",), "")))


def troubled() -> Result:
    """No leak, and everything else that can be wrong with a suite."""
    tests = (
        verdict("tests/test_a.py::test_fine"),
        replace(
            verdict("tests/test_a.py::test_clock", "flaky", declared="passed"),
            seen="passed in 5, failed in 3 of 8 executions of the test alone, with nothing else running",
        ),
        verdict("tests/test_a.py::test_sums", "failing", "AssertionError at tests/test_a.py:9", declared="failed"),
        verdict("tests/test_a.py::test_segfault", "crashing", declared="crashed", isolated="crashed"),
        verdict("tests/test_a.py::test_sleep", "timeout", declared="timeout", isolated="timeout"),
        verdict("tests/test_a.py::test_odd", "unknown", declared="passed", reversed="failed", isolated="passed"),
    )
    odd = Unexplained(tests[-1].id, (tests[1].id, tests[0].id, tests[-1].id))
    fixture = Finding(
        "LK403",
        "note",
        "module fixture server of tests/test_a.py fails at its teardown (RuntimeError)",
        "tests/test_a.py",
        41,
        (tests[-1].id, tests[0].id),
        None,
        "Fix the teardown of the fixture.",
        fixture="tests/test_a.py::server",
    )
    hazard = Finding(
        "LK501",
        "note",
        "No request used the override of shop.auth:get_customer",
        "tests/conftest.py",
        7,
        (tests[0].id, tests[-1].id),
        None,
        "Override the very callable that the route names in `Depends(...)`.",
        fixture="tests/conftest.py::as_customer",
        why="Nothing in shop.main:app depends on that callable.",
        place=Location("dependency_overrides", "shop.main:app", "shop.auth:get_customer"),
    )
    return replace(
        result(tests, findings=(fixture, hazard)),
        certificate=Certificate(12, 9, (odd,), {**KINDS, "environ": "compared"}, True),
    )


HOSTILE = (
    "tests/test_a.py::test_x[</script>\x1b[31mred\x1b]8;;https://example.org\x07link\x1b]8;;\x07[bold]\u202e\n]"
)
NASTY = (
    "tests/test_a.py::test_cdata[]]><!-- --> & \"']",
    "tests/test_a.py::test_command[\r\n::set-env name=PATH::/tmp\r::error::x%0A::stop-commands::x]",
    "tests/test_a.py::test_fence[```\n````\n~~~\n</details></code> | a\\|b | `c` @nobody #1]",
    "tests/test_a.py::test_link[![x](https://example.org/x) [x](javascript:x) https://example.org www.a.org]",
    "tests/test_a.py::test_marks[\u202e\u2066\u200b\ufeff\ufffe\uffff\ud800\U000e0041\x00\x85\u2028]",
    "::error file=x::no file",
    "",
)
LONG = f"tests/test_a.py::test_long[{'x' * 10_000}]"


def hostile() -> Result:
    """Names, values and notes that try to break out of any format."""
    location = Location("app_state", f"{APP}[/bold]\x1b[0m", "a b\x9b")
    found = replace(leak(1, location, "broken", HOSTILE), victims=(LONG,), after="'\x1b]0;owned\x07\ud800'")
    return replace(
        result(
            (
                verdict(HOSTILE),
                verdict(LONG, "victim", "Error\x1b[2J at x", declared="failed", isolated="passed"),
            ),
            leaks=(found,),
            edges=(edge((HOSTILE,), LONG, "L1"),),
            findings=(Finding("LK101", "error", "t\x1b", "a\x1b.py", 1, (LONG,), "L1", "[link=x]fix\x1b"),),
            orders=(OrderSummary("declared[red]\x1b", "declared", None, {"passed": 1, "failed": 1}, "pytest"),),
        ),
        fixes=(Fix("F1", ("L1",), "a\x1b.py", 1, "[red]\u202e", (LONG,), (HOSTILE,), (HOSTILE,), "[link=x]fix"),),
        joint_fixes=(JointFix((HOSTILE,), (), False),),
        groups=((HOSTILE, LONG),),
        notes=("[blink]note\x07",),
        proven_fixes=(
            ProvenFix(
                ("L1",),
                "h\x1b",
                ("p\u202e", "</script>"),
                "c\x07",
                f"+{HOSTILE}\n+```\n",
                (Replaced("a\x1b.py", 1, 1, (HOSTILE, "```", "</pre>")),),
            ),
        ),
    )


def nasty() -> Result:
    """Every name of `NASTY` as victim, polluter, file, function, key, value and order."""
    tests = tuple(verdict(test, "victim", test, declared="failed", isolated="passed") for test in NASTY)
    leaks = tuple(
        replace(
            leak(number, Location("app_state", each, each), "broken", each),
            victims=NASTY,
            before=each,
            after=each,
            path=None,
            paths=(PathChange(each, each, each), PathChange(each, each, each)),
            sources=(Source(each, number, each, each, each, each),),
        )
        for number, each in enumerate(NASTY)
    )
    edges = tuple(
        replace(edge((by.polluters[0],), test, by.id), reproduce=f"pytest {test}") for by in leaks for test in NASTY
    )
    findings = tuple(
        Finding(code, "error", each, each, 3, (each, *NASTY), found.id, f"{each} `{each}` {each}`")
        for each, found in zip(NASTY, leaks, strict=True)
        for code in ("LK101", "LK103", each)
    )
    orders = tuple(OrderSummary(each, "declared", None, {each: 1}, each) for each in NASTY)
    found = result(tests, leaks=leaks, edges=edges, findings=findings, orders=orders)
    return replace(found, notes=NASTY, suite=replace(found.suite, neutralised=NASTY, python=NASTY[0]))


def every() -> dict[str, Result]:
    """Results that every format has to cope with, by name."""
    return {
        "shop": shop(),
        "fixed": fixed(),
        "troubled": troubled(),
        "hostile": hostile(),
        "nasty": nasty(),
        "empty": result(),
    }
