"""The proof that one knows a password, without telling it: SCRAM-SHA-256 (RFC 7677), as PostgreSQL speaks it."""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import b64decode, b64encode

_derived, _sha256, _digest, _random = hashlib.pbkdf2_hmac, hashlib.sha256, hmac.digest, os.urandom
_WITHOUT_CHANNEL = b"n,,"


class Scram:
    """One conversation: `first`, then `proof` of what the server says to that."""

    def __init__(self, password: str) -> None:
        self._password = password.encode()
        self._bare = b"n=,r=" + b64encode(_random(18))

    def first(self) -> bytes:
        return _WITHOUT_CHANNEL + self._bare

    def proof(self, said: bytes) -> bytes:
        fields = dict(part.split(b"=", 1) for part in said.split(b","))
        salted = _derived("sha256", self._password, b64decode(fields[b"s"]), int(fields[b"i"]))
        key = _digest(salted, b"Client Key", "sha256")
        last = b"c=" + b64encode(_WITHOUT_CHANNEL) + b",r=" + fields[b"r"]
        signed = _digest(_sha256(key).digest(), b",".join((self._bare, said, last)), "sha256")
        return last + b",p=" + b64encode(bytes(one ^ other for one, other in zip(key, signed, strict=True)))
