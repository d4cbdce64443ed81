"""What a configuration file says of databases, and everything that is wrong with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakcheck.errors import UsageError
from leakcheck.options import Options, find_config, settle
from leakcheck.wire.database_terms import DatabaseTerms

FULL = """
[databases]
urls = ["SHOP_DSN"]
servers = ["db", "db.example.org:5433"]
leave = ["bill*"]
templates = {shop_test = "shop_template"}
megabytes = 2048
"""


def test_every_key(tmp_path: Path) -> None:
    tmp_path.joinpath("leakcheck.toml").write_text(FULL)
    options = settle({}, find_config(tmp_path)).options
    assert DatabaseTerms.decode(options.databases) == DatabaseTerms(
        urls=("SHOP_DSN",),
        servers=("db", "db.example.org:5433"),
        leave=("bill*",),
        templates={"shop_test": "shop_template"},
        megabytes=2048,
    )
    assert Options.from_text(options.as_text()) == options, "an audit that is resumed has the same"


def test_an_empty_table_says_nothing(tmp_path: Path) -> None:
    tmp_path.joinpath("leakcheck.toml").write_text("[databases]\n")
    assert settle({}, find_config(tmp_path)).options == settle({}, None).options


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("databases = 'shop'", "databases = 'shop': a table is expected, [tool.leakcheck.databases]"),
        ("[databases]\nurl = ['X']", "databases: url = ['X']: there is no such key; did you mean urls?"),
        (
            "[databases]\nurls = ['postgresql://me:x@db/shop']",
            "names of variables of the environment are expected, and 'postgresql://me:x@db/shop' is none",
        ),
        ("[databases]\nurls = 'X'", "databases: urls = 'X': a list of texts is expected"),
        ("[databases]\nservers = ['me@db']", 'servers are expected, like "db" or "db:5433", without a user'),
        (
            "[databases]\nleave = ['']",
            "databases: leave = ['']: names of databases are expected, none of them empty",
        ),
        (
            "[databases]\ntemplates = ['a']",
            "databases: templates = ['a']: a table is expected, database to template",
        ),
        ("[databases]\nmegabytes = 0", "databases: megabytes = 0: a whole number of at least 1 is expected"),
    ],
)
def test_what_is_wrong_is_told(tmp_path: Path, text: str, words: str) -> None:
    tmp_path.joinpath("leakcheck.toml").write_text(text)
    with pytest.raises(UsageError) as caught:
        find_config(tmp_path)
    assert words in caught.value.detail
    assert len(caught.value.detail.splitlines()) == 1
