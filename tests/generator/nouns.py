"""Names for the features of the application, each used once."""

from collections.abc import Iterator
from itertools import count
from random import Random

NOUNS = [
    "billing",
    "shipping",
    "booking",
    "loyalty",
    "returns",
    "refunds",
    "vouchers",
    "warehouse",
    "delivery",
    "invoices",
    "reviews",
    "wishlist",
    "newsletter",
    "coupons",
    "gifts",
    "subscriptions",
    "payouts",
    "taxes",
    "customs",
    "packaging",
    "pickup",
    "rewards",
    "referrals",
    "auctions",
    "bundles",
    "suppliers",
    "fleet",
    "routing",
    "stock",
    "labels",
    "claims",
    "insurance",
    "credits",
    "ledger",
    "payroll",
    "rentals",
    "tickets",
    "seating",
    "memberships",
    "donations",
    "surveys",
    "campaigns",
    "banners",
    "alerts",
    "audits",
    "exports",
    "imports",
    "archives",
    "backups",
    "quotas",
]


def nouns(rng: Random) -> Iterator[str]:
    """All nouns in random order, then the same with a number."""
    shuffled = rng.sample(NOUNS, len(NOUNS))
    yield from shuffled
    for number in count(2):
        yield from (f"{noun}{number}" for noun in shuffled)
