"""What the tables of a process's own copies hold now, what they held at first, and how one gets that back."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from leakcheck.postgres.own_copies import OwnCopies, Place
from leakcheck.postgres.tables import NOT_ALLOWED, Content, contents, put_back, signature, what_would_help
from leakcheck.postgres.wire import Refused

MAX_KEPT = 64 << 20
"""Bytes of rows to put back; what comes later cannot be put back."""
Tables = Mapping[str, str]
"""name -> what a table or sequence holds, in words that do not tell it."""


class Watched:
    """By the names that reports have for databases. Nothing is read until somebody asks for it once."""

    def __init__(self, copies: OwnCopies, hasher: Callable[[], hashlib.blake2b]) -> None:
        self._copies, self._hasher = copies, hasher
        self.at_first: dict[str, Tables] = {}
        """What was there when somebody was about to connect for the first time, as far as it was asked for."""
        self._known: dict[str, tuple[str, Tables]] = {}
        self._kept: dict[tuple[str, str, str], Content] = {}
        self._room = MAX_KEPT
        self._asked = False
        copies.first_seen = self._first_seen

    def tables(self) -> Mapping[str, Tables]:
        """database -> what is in it."""
        self._asked = True
        return {name_of(place): self._read(place) for place in self._copies.databases}

    def of(self, name: str) -> Tables | None:
        """What is in one database; None if it is none of these."""
        place = self._place(name)
        return None if place is None else self._read(place)

    def kept(self, name: str, table: str, text: str) -> Content | None:
        """What a table held when it was told as `text`, if that is kept."""
        return self._kept.get((name, table, text))

    def put_back(self, name: str, table: str, text: str | None) -> None:
        """`Refused`, or KeyError where nothing is kept."""
        place = self._place(name)
        assert place is not None
        kept = None if text is None else self._kept[name, table, text]
        with self._copies.asking(place) as connection:
            try:
                put_back(connection, table, kept)
            except Refused as error:
                if error.code == NOT_ALLOWED:
                    self._copies.remark(place, what_would_help(connection, place[1]))
                raise

    def _first_seen(self, place: Place) -> None:
        if self._asked:
            self.at_first[name_of(place)] = self._read(place)

    def _place(self, name: str) -> Place | None:
        return next((place for place in self._copies.databases if name_of(place) == name), None)

    def _read(self, place: Place) -> Tables:
        """Where it cannot be read now, what was read last."""
        own = self._copies.databases[place]
        copy = own.copy
        then, known = self._known.get(copy, ("", {}))
        if then and own.is_inherited:
            return known
        try:
            with self._copies.asking(place) as connection:
                now = signature(connection)
                if now == then:
                    return known
                found = contents(connection, self._hasher)
        except Refused:
            return known
        tables = {table: content.text for table, content in found.items()}
        self._known[copy] = now, tables
        for table, content in found.items():
            self._keep((name_of(place), table, content.text), content)
        return tables

    def _keep(self, name: tuple[str, str, str], content: Content) -> None:
        size = sum(map(len, content.rows))
        if name not in self._kept and size <= self._room:
            self._room -= size
            self._kept[name] = content


def name_of(place: Place) -> str:
    return f"{place[1]} (PostgreSQL)"
