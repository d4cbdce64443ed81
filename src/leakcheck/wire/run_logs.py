"""What a guarded run keeps of itself, in a folder of its own: which process ran which tests in which sequence, who
failed where, and what the test files held."""

from __future__ import annotations

import hashlib

FOLDER = "runs"
"""Below the folder of audits. Each run has a folder in it, that begins with the time."""
MAIN = "main"
"""Who ran the tests where there are no workers."""
SUFFIX = ".txt"
FAILED, SOURCES = f"failed{SUFFIX}", f"sources{SUFFIX}"
"""`WORKER<tab>TEST`, one a line; and `DIGEST<blank>FILE`, written where a test has failed. Each other file is named
after a process and holds its tests, one a line."""


def failed_line(worker: str, test: str) -> str:
    return f"{worker}\t{test}\n"


def parse_failed(text: str) -> list[tuple[str, str]]:
    """(worker, test), as far as lines are whole."""
    pairs = (line.partition("\t") for line in text.splitlines())
    return [(worker, test) for worker, mark, test in pairs if mark and test]


def source_line(digest: str, file: str) -> str:
    return f"{digest} {file}\n"


def parse_sources(text: str) -> dict[str, str]:
    """file -> digest."""
    pairs = (line.partition(" ") for line in text.splitlines())
    return {file: digest for digest, mark, file in pairs if mark and file}


def digest_of(data: bytes) -> str:
    """Of what a test file holds."""
    return hashlib.blake2b(data, digest_size=8).hexdigest()
