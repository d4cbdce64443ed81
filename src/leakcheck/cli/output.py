"""Files are written here, whole or not at all; formats return strings."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from leakcheck.errors import UsageError

STANDARD_OUTPUT = "-"


def check_targets(targets: Mapping[str, str], appending: Collection[str] = ()) -> None:
    """UsageError, before anything is run, unless each target of `targets` (option → file) can be written to.

    Options that are in `appending` are going to add to what their file holds.
    """
    files = {target: option in appending for option, target in targets.items()}
    troubles = [*_shared(targets), *filter(None, (_trouble(target, append) for target, append in files.items()))]
    if troubles:
        raise UsageError(
            "; ".join(troubles), hint="Name files that can be written, each once; - is standard output."
        )


def write_report(text: str, target: str, *, append: bool = False) -> None:
    """Write `text` to the file `target`, or to standard output for "-".

    A file is replaced once its successor is whole, or with `append` written to at its end; what is no regular file
    (a pipe, /dev/stderr) is written to as it is. Folders above it are made where they are missing.
    """
    if target == STANDARD_OUTPUT:
        _write_out(text)
        return
    path = Path(target)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if append or _is_special(path):
            with path.open("a", encoding="utf-8", newline="") as stream:
                stream.write(text)
        else:
            _replace(path, text)
    except OSError as error:
        raise UsageError(_cannot(target, error), hint="Name a file that can be written.") from error


def _write_out(text: str) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.buffer.flush()


def _replace(path: Path, text: str) -> None:
    unfinished = _beside(path)
    try:
        unfinished.unlink(missing_ok=True)
        # Made here, by nobody else: in a folder of many, a link may wait under any name.
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _shared(targets: Mapping[str, str]) -> Iterable[str]:
    """What several formats would be written to."""
    places: dict[str, list[str]] = {}
    for option, target in targets.items():
        places.setdefault(target if target == STANDARD_OUTPUT else os.path.realpath(target), []).append(option)
    for options in places.values():
        if len(options) > 1:
            target = targets[options[0]]
            where = "standard output" if target == STANDARD_OUTPUT else target
            yield f"{' and '.join(f'--{option}' for option in options)} cannot share {where}"


def _trouble(target: str, append: bool) -> str:
    """Why `target` cannot be written to, "" if it can."""
    path = Path(target)
    try:
        if target == STANDARD_OUTPUT or _is_special(path):
            return ""
        if path.is_dir():
            return f"cannot write {target}: Is a directory"
        _try(path, append)
    except OSError as error:
        return _cannot(target, error)
    return ""


def _try(path: Path, append: bool) -> None:
    """Write nothing, where it is going to be written."""
    if append and path.exists():
        with path.open("a"):
            return
    place = _nearest_folder(path) / _beside(path).name
    place.unlink(missing_ok=True)
    os.close(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    place.unlink()


def _nearest_folder(path: Path) -> Path:
    """Where `path` is going to be written, or the folder in which that one is going to be made."""
    return next((above for above in path.parents if os.path.lexists(above)), Path())


def _cannot(target: str, error: OSError) -> str:
    missing = _nearest_folder(Path(target))
    where = "" if missing == Path(target).parent else f" (in {missing})"
    return f"cannot write {target}: {error.strerror}{where}"


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}")
