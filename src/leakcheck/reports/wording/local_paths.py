"""A result with the place of the project on its machine taken out, and files as other formats name them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import PurePath
from urllib.parse import quote

from leakcheck.records import (
    Leak,
    Result,
)


def localised(result: Result) -> Result:
    """`result` with paths below the rootdir relative to it, wherever they stand in texts that reports show."""
    local = Local(result.suite.rootdir)
    return replace(
        result,
        tests=tuple(replace(test, crash=local(test.crash)) for test in result.tests),
        leaks=tuple(_leak(leak, local) for leak in result.leaks),
        findings=tuple(replace(each, file=local(each.file)) for each in result.findings),
        notes=tuple(map(local, result.notes)),
    )


def uri(path: str) -> str:
    """A file as a URI reference: relative to the rootdir as it is, `file:` if it is somewhere else."""
    encoded = quote(path.encode("utf-8", "surrogatepass"), safe="/")
    return f"file://{encoded}" if path.startswith("/") else encoded


def _leak(leak: Leak, local: Local) -> Leak:
    return replace(
        leak,
        sources=tuple(replace(source, file=local(source.file)) for source in leak.sources),
        before=local(leak.before),
        after=local(leak.after),
        paths=tuple(replace(each, before=local(each.before), after=local(each.after)) for each in leak.paths),
        also=tuple(replace(each, before=local(each.before), after=local(each.after)) for each in leak.also),
    )


class Local:
    """Takes the rootdir out of texts: a report must not tell where on a machine the project lies."""

    def __init__(self, rootdir: str) -> None:
        path = PurePath(rootdir)
        root = re.escape(path.as_posix()).replace("/", r"[/\\]")
        usable = path.is_absolute() and path != PurePath(path.anchor)
        self._root = re.compile(rf"(?<![\w./\\-]){root}(?:[/\\](?=[\w.])|(?![\w-]|\.\w))") if usable else None

    def __call__(self, text: str) -> str:
        return text if self._root is None else self._root.sub(_below, text)


def _below(found: re.Match[str]) -> str:
    return "" if found[0][-1] in "/\\" else "."
