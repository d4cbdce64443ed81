"""A result with the place of the project on its machine taken out, and files as other formats name them."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import quote

from leakcheck.records import Leak, Result
from leakcheck.reports.json_report import Local


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
    )
