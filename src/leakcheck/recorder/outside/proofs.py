"""Shows that an event about a file comes from a process of this audit, and not from who has written to its folder.

An event says which file of the user is to be put back, and from where: whoever could make one up could have any
file replaced or removed. So each carries a digest that is keyed with the salt of the audit, which is kept apart
from everything that is stored.
"""

from __future__ import annotations

import os
import re
import stat
from dataclasses import replace
from hashlib import blake2b
from hmac import compare_digest

from leakcheck.wire.events import Outside

_PUT_ASIDE = re.compile(r"aside\d+-")
_basename, _dirname, _lstat = os.path.basename, os.path.dirname, os.lstat


def undo_key(salt: str) -> bytes:
    """The key for the events of the audit with this salt, from which the salt cannot be told."""
    return blake2b(b"files that are put back", key=salt.encode()[:64]).digest()


def proven(event: Outside, key: bytes) -> Outside:
    """`event` with its proof, and with the kind of its copy: it shall not become a link behind that."""
    told = with_kind(event)
    return replace(told, proof=_digest(told, key))


def with_kind(event: Outside) -> Outside:
    """`event` with the kind of its copy."""
    return replace(event, kind=_kind(event.copy) if event.has_copy else 0)


def is_proven(event: Outside, key: bytes) -> bool:
    """Whether a process of the audit with this key has told `event`, be its copy put aside since or not."""
    return compare_digest(event.proof.encode("utf-8", "surrogatepass"), _digest(event, key).encode())


def _kind(path: str) -> int:
    try:
        return stat.S_IFMT(_lstat(path).st_mode)
    except OSError:
        return 0


def copy_tag(copy: str) -> str:
    """The execution that the copy was made in, under the name that it had then."""
    return _PUT_ASIDE.sub("", _basename(_dirname(copy)), count=1)


def _digest(event: Outside, key: bytes) -> str:
    where = f"{copy_tag(event.copy)}/{_basename(event.copy)}" if event.has_copy else event.copy
    told = "\0".join((event.what, event.name, event.root, where, str(event.kind), repr(float(event.at))))
    return blake2b(told.encode("utf-8", "surrogatepass"), key=key, digest_size=16).hexdigest()
