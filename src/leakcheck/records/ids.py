"""Names of executions, and ids of tests."""

from __future__ import annotations

import hashlib
import re

LONGEST_ID = 1000
"""Characters. Nobody reads more, no command line takes a hundred times as much, and every order names its tests."""
_SHORTENED = re.compile(r"\.\.\. \(\d+ characters, [0-9a-f]{16}\)\Z")


def numbered(name: str, number: int) -> str:
    """The tag of an execution, such as `e00007`."""
    return f"{name}{number:05d}"


def name_of(tag: str) -> str:
    """What stands before the number of a tag."""
    return tag.rstrip("0123456789")


def number_of(tag: str) -> int:
    return int(tag[len(name_of(tag)) :] or 0)


def in_sequence(tag: str) -> tuple[str, int, str]:
    """What tags are sorted by: 99,999 is followed by 100,000, which has a figure more."""
    return name_of(tag), number_of(tag), tag


def short_id(node_id: str) -> str:
    """`node_id`, or its beginning and a digest of all of it if it is very long."""
    if len(node_id) <= LONGEST_ID:
        return node_id
    digest = hashlib.blake2b(node_id.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{node_id[:LONGEST_ID]}... ({len(node_id)} characters, {digest})"


def is_shortened(test: str) -> bool:
    """Whether the name of a test is not all of its id, so that pytest would not know it."""
    return len(test) > LONGEST_ID and _SHORTENED.search(without_number(test)) is not None


def node_id(test: str) -> str:
    """pytest's node id of a test; of several tests with one node id the second is named `id #2`, and so on. Of a
    test whose id is very long, that of its function with all parameters, or of its file."""
    name = without_number(test)
    if not is_shortened(test):
        return name
    head, mark, _ = name.partition("[")
    return head if mark else name.partition("::")[0]


def without_number(test: str) -> str:
    """The name of a test without the ` #2` that tells it from another of the same id."""
    head, mark, number = test.rpartition(" #")
    return head if mark and number.isdigit() else test
