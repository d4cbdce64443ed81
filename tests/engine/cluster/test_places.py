"""Folders of a worker become those of the host."""

from __future__ import annotations

from leakcheck.engine.cluster.places import as_there, moved

THERE = {"root": "/srv/w1/shop", "scratch": "/tmp/lc-1", "home": "/home/dask"}
HOST = {"root": "/home/me/shop", "scratch": "/tmp/lc-2", "home": "/home/me"}


def test_lines_name_folders_of_the_host() -> None:
    told = as_there(THERE, HOST)
    assert (
        told(b'{"path":"/srv/w1/shop/tests","tmp":"/tmp/lc-1/t"}')
        == b'{"path":"/home/me/shop/tests","tmp":"/tmp/lc-2/t"}'
    )
    assert told(b"/srv/w1/shop-two /tmp/lc-10") == b"/srv/w1/shop-two /tmp/lc-10"


def test_where_all_is_the_same_nothing_is_replaced() -> None:
    assert as_there(HOST, HOST)(b"/home/me/shop") == b"/home/me/shop"


def test_arguments_of_the_host_are_found_there() -> None:
    texts = ("tests", "/home/me/shop/tests", "-k", "me")
    assert moved(texts, HOST["root"], THERE["root"]) == ("tests", "/srv/w1/shop/tests", "-k", "me")
