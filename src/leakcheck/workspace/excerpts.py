"""The lines that wrote, out of the project's own files, kept with the audit: reports read no file of a project."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from leakcheck.records import Change, Excerpt, Execution, Source, Suite
from leakcheck.snapshots.redaction import Redactor
from leakcheck.snapshots.secret_forms import SHORTEST, is_secret_name
from leakcheck.workspace.source_redaction import IsKnown, without_secrets

AROUND = 4
"""Lines shown before and behind the one that wrote."""
MAX_BYTES = 2_000_000
MAX_COLUMNS = 400
MAX_EXCERPTS = 2_000
_DIGEST = re.compile("secret #[0-9a-f]+")
Splitting = Callable[[str], list[str]]


def excerpts_for(
    suite: Suite,
    executions: Iterable[Execution],
    redactor: Redactor | None,
    environment: Mapping[str, str] = os.environ,
) -> tuple[Excerpt, ...]:
    """One excerpt for each line that was seen to write, without secrets; with them if there is no `redactor`. The
    suite ran in `environment`."""
    changes = tuple(dict.fromkeys(_changes(suite, executions)))
    sources = dict.fromkeys(source for change in changes for source in change.sources)
    known, keep = _hidden(changes, redactor, environment)
    return excerpts_of(suite.rootdir, sources, known, keep)


def shown_lines(
    suite: Suite,
    executions: Iterable[Execution],
    redactor: Redactor | None,
    environment: Mapping[str, str] = os.environ,
) -> Splitting:
    """What tells the lines of a source of this audit, without secrets: as excerpts hold them."""
    known, keep = _hidden(tuple(dict.fromkeys(_changes(suite, executions))), redactor, environment)
    return lambda text: _lines(text, known, keep)


def _hidden(
    changes: Iterable[Change], redactor: Redactor | None, environment: Mapping[str, str]
) -> tuple[IsKnown | None, frozenset[str]]:
    """What tells whether a text is a secret, and names that are none."""
    if redactor is None:
        return None, frozenset()
    digests = {found for change in changes for found in _digests(change)}
    digests |= {redactor.digest(value) for value in _secrets_in(environment)}
    return lambda text: redactor.digest(text) in digests, frozenset(change.location.key for change in changes)


def _secrets_in(environment: Mapping[str, str]) -> Iterator[str]:
    """The values of variables whose names tell that they are secret. They were set before anything was recorded."""
    return (value for name, value in environment.items() if len(value) >= SHORTEST and is_secret_name(name))


def _changes(suite: Suite, executions: Iterable[Execution]) -> Iterator[Change]:
    yield from suite.import_changes
    for execution in executions:
        yield from execution.deep
        for run in execution.runs:
            yield from run.changes
            yield from run.finalised


def _digests(change: Change) -> Iterator[str]:
    texts = [change.before, change.after]
    for part in change.paths:
        texts += (part.path, part.before, part.after)
    for text in texts:
        yield from _DIGEST.findall(text)


def excerpts_of(
    rootdir: str, sources: Iterable[Source], known: IsKnown | None = None, keep: Iterable[str] = ()
) -> tuple[Excerpt, ...]:
    """One excerpt for each line that wrote. What is no Python file below `rootdir` is left out. With `known`, which
    tells whether a text is a secret, secrets are hidden; `keep` are names."""
    root = Path(rootdir).resolve()
    wanted: dict[str, set[int]] = {}
    for source in sources:
        if source.line > 0:
            wanted.setdefault(source.file, set()).add(source.line)
    names = frozenset(keep)
    found = [
        excerpt
        for file in sorted(wanted)
        for excerpt in _excerpts(root, file, sorted(wanted[file]), lambda text: _lines(text, known, names))
    ]
    return tuple(found[:MAX_EXCERPTS])


def _lines(text: str, known: IsKnown | None, names: frozenset[str]) -> list[str]:
    return text.split("\n") if known is None else without_secrets(text, known, names)


def _excerpts(root: Path, file: str, lines: Iterable[int], split: Splitting) -> Iterable[Excerpt]:
    try:
        path = (root / file).resolve()
        if path.suffix != ".py" or not path.is_relative_to(root) or path.stat().st_size > MAX_BYTES:
            return
        text = split(path.read_text("utf-8", errors="replace"))
    except (OSError, ValueError):  # a name that no file can have is a ValueError
        return
    for line in lines:
        first = max(1, line - AROUND)
        if line <= len(text):
            yield Excerpt(file, first, tuple(each[:MAX_COLUMNS] for each in text[first - 1 : line + AROUND]))
