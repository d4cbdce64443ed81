"""A connection to a PostgreSQL server: simple queries and copies, by the server's own protocol (version 3), with
nothing but sockets. It never waits long."""

from __future__ import annotations

import _socket
import hashlib
import ipaddress
import os
import struct
from collections.abc import Iterator
from typing import NamedTuple

from leakcheck.postgres.scram import Scram

TIMEOUT = 10.0
"""Seconds that a server may be silent."""
_VERSION = 196_608
_CHUNK = 65_536
_getpid, _socket_of, _hash = os.getpid, _socket.socket, hashlib.md5  # a test may replace these


class Refused(Exception):
    """What the server says, or why there is no talking to it. `code` is its SQLSTATE, if it says anything."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code


class Server(NamedTuple):
    """Where a server listens, and who asks. `host` is a folder for a Unix socket. `password` is stored nowhere but
    in the scratch folder of an audit."""

    host: str
    port: int
    user: str
    password: str = ""

    @property
    def name(self) -> str:
        """As reports show it: without who asks."""
        return f"{self.host}:{self.port}"


class Answer(NamedTuple):
    """Of a query: the rows of its last part as texts, and the lines that each of its parts has copied out."""

    rows: tuple[tuple[str | None, ...], ...] = ()
    copied: tuple[tuple[bytes, ...], ...] = ()


class Connection:
    """To `database` of `server`; `Refused` if that cannot be had. It belongs to the process that made it."""

    def __init__(self, server: Server, database: str) -> None:
        self._server, self._database = server, database
        self._owner = _getpid()
        self._rest = b""
        try:
            self._socket = _connected(server)
        except OSError as error:
            raise Refused(str(error)) from error
        try:
            self.address = self._socket.getpeername()
            self._start()
        except (Refused, OSError) as error:
            self._socket.close()
            raise Refused(str(error), getattr(error, "code", "")) from error

    @property
    def is_ours(self) -> bool:
        """Whether this process has made it, and no parent."""
        return self._owner == _getpid()

    def close(self) -> None:
        self._socket.close()

    def ask(self, query: str, given: bytes | None = None) -> Answer:
        """The answer to one query, or to several of which the last one counts. `given` is what a copy takes in."""
        try:
            self._send(b"Q", _text(query))
            return self._answer(given)
        except OSError as error:
            raise Refused(str(error)) from error

    def rows(self, query: str) -> tuple[tuple[str | None, ...], ...]:
        return self.ask(query).rows

    def _answer(self, given: bytes | None) -> Answer:
        rows: list[tuple[str | None, ...]] = []
        copied: list[list[bytes]] = []
        failed: Refused | None = None
        while True:
            kind, data = self._message()
            match kind:
                case b"Z":
                    if failed is not None:
                        raise failed
                    return Answer(tuple(rows), tuple(map(tuple, copied)))
                case b"T":
                    rows = []
                case b"D":
                    rows.append(tuple(_columns(data)))
                case b"H":
                    copied.append([])
                case b"d":
                    copied[-1].append(data)
                case b"G":
                    self._send(b"d", given or b"")
                    self._send(b"c", b"")
                case b"E":
                    failed = _refused(data)

    # How it begins ---------------------------------------------------------------------------------------------

    def _start(self) -> None:
        options = "-c client_min_messages=error -c lock_timeout=200 -c statement_timeout=8000"
        words = ("user", self._server.user, "database", self._database, "options", options)
        names = (*words, "client_encoding", "UTF8", "application_name", "leakcheck")
        start = struct.pack("!i", _VERSION) + b"".join(map(_text, names)) + b"\0"
        self._socket.send(struct.pack("!i", len(start) + 4) + start)
        scram = Scram(self._server.password)
        while True:
            kind, data = self._message()
            if kind == b"E":
                raise _refused(data)
            if kind == b"R":
                self._prove(data, scram)
            if kind == b"Z":
                return

    def _prove(self, data: bytes, scram: Scram) -> None:
        (wanted,) = struct.unpack("!i", data[:4])
        password, rest = self._server.password, data[4:]
        match wanted:
            case 0:
                return
            case 3 if not is_local(self._server.host):
                raise Refused("it wants the password in the clear, and is not on this machine")
            case 3:
                self._send(b"p", _text(password))
            case 5:
                inner = _hash(f"{password}{self._server.user}".encode()).hexdigest()
                self._send(b"p", _text("md5" + _hash(inner.encode() + rest).hexdigest()))
            case 10:
                first = scram.first()
                self._send(b"p", _text("SCRAM-SHA-256") + struct.pack("!i", len(first)) + first)
            case 11:
                self._send(b"p", scram.proof(rest))
            case 12:
                return
            case _:
                raise Refused("it wants to know who asks in a way that leakcheck does not speak")

    # Messages --------------------------------------------------------------------------------------------------

    def _send(self, kind: bytes, data: bytes) -> None:
        left = memoryview(kind + struct.pack("!i", len(data) + 4) + data)
        while left:
            left = left[self._socket.send(left) :]

    def _message(self) -> tuple[bytes, bytes]:
        head = self._read(5)
        (length,) = struct.unpack("!i", head[1:])
        return head[:1], self._read(length - 4)

    def _read(self, number: int) -> bytes:
        parts, there = [self._rest], len(self._rest)
        while there < number:
            data = self._socket.recv(_CHUNK)
            if not data:
                raise OSError("the server has closed the connection")
            parts.append(data)
            there += len(data)
        found = b"".join(parts)
        self._rest = found[number:]
        return found[:number]


def is_local(host: str) -> bool:
    """Whether it is this machine, by its loopback or a Unix socket."""
    if host.startswith("/") or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _connected(server: Server) -> _socket.socket:
    error: OSError | None = None
    for family, address in _addresses(server):
        found = _socket_of(family, _socket.SOCK_STREAM)
        try:
            found.settimeout(TIMEOUT)
            found.connect(address)
        except OSError as failed:
            found.close()
            error = failed
        else:
            return found
    raise error or OSError("it has no address")


def _addresses(server: Server) -> Iterator[tuple[int, str | tuple[str, int]]]:
    if server.host.startswith("/"):
        yield _socket.AF_UNIX, f"{server.host}/.s.PGSQL.{server.port}"
        return
    for family, _, _, _, address in _socket.getaddrinfo(server.host, server.port, 0, _socket.SOCK_STREAM):
        yield family, (str(address[0]), server.port)


def _text(text: str) -> bytes:
    return text.encode() + b"\0"


def _columns(data: bytes) -> Iterator[str | None]:
    (number,) = struct.unpack("!h", data[:2])
    place = 2
    for _ in range(number):
        (length,) = struct.unpack("!i", data[place : place + 4])
        place += 4
        yield None if length < 0 else data[place : place + length].decode(errors="replace")
        place += max(length, 0)


def _refused(data: bytes) -> Refused:
    fields = {part[:1]: part[1:].decode(errors="replace") for part in data.split(b"\0") if part}
    return Refused(fields.get(b"M", "it does not say why"), fields.get(b"C", ""))
