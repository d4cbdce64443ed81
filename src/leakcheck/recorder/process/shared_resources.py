"""Keeps what processes share apart: captured output, temporary folders, pytest's cache."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from leakcheck.recorder.syscalls import Real

_AGAIN = "again"


def own_temporary_folder(config: Any, path: str) -> None:
    """Make pytest's `tmp_path` of this process begin at `path`, unless it was used already."""
    factory = getattr(config, "_tmp_path_factory", None)
    if factory is None or getattr(factory, "_basetemp", None) is not None:
        return
    given = Path(factory._given_basetemp)
    if given.parent != Path(path).parent:  # by the name that the project gives it
        path = os.path.join(path, given.name)
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    factory._given_basetemp = Path(path)


def renew_temporary_folder(config: Any) -> None:
    """A test that runs once more finds its `tmp_path` as new as a process of its own would."""
    factory = getattr(config, "_tmp_path_factory", None)
    last = getattr(factory, "_basetemp", None)
    if factory is not None and last is not None:
        parent = Path(last).parent
        folder = parent.parent if parent.name == _AGAIN else parent / _AGAIN  # pytest empties what is there
        new = folder / Path(last).name
        os.makedirs(new.parent, mode=0o700, exist_ok=True)
        factory._given_basetemp, factory._basetemp = new, None
        getattr(factory, "_next_number", {}).clear()


def own_captured_output(config: Any) -> None:
    """Give this process capture files of its own behind the very stream objects that the suite already holds.

    After a fork, parent and children share one offset in pytest's capture files; loggers may hold the streams,
    so the objects must stay and only what their descriptors point to may change.
    """
    manager = config.pluginmanager.getplugin("capturemanager")
    capturing = getattr(manager, "_global_capturing", None)
    for stream in ("out", "err"):
        capture = getattr(capturing, stream, None)
        descriptor = _descriptor(getattr(capture, "tmpfile", None))
        if descriptor is None:
            continue
        with tempfile.TemporaryFile(buffering=0) as fresh:
            if getattr(capture, "_state", "") == "started":
                Real.dup2(fresh.fileno(), capture.targetfd)  # type: ignore[union-attr]
            Real.dup2(fresh.fileno(), descriptor, False)


def _descriptor(stream: Any) -> int | None:
    try:
        return int(stream.fileno())
    except (AttributeError, OSError, ValueError, TypeError):
        return None


def own_cache(config: Any, path: str) -> None:
    """Give this process its own copy of pytest's cache: what a test keeps there, no other execution finds."""
    cache = getattr(config, "cache", None)
    folder = getattr(cache, "_cachedir", None)
    if folder is not None and os.path.isdir(folder):
        shutil.copytree(folder, path, ignore_dangling_symlinks=True)
        cache._cachedir = Path(path)  # type: ignore[union-attr]


def keep_cache_aside(config: Any, copy: str) -> None:
    """Let pytest's cache read what is there and write to `copy`. To be called before plugins are configured."""
    try:
        folder = Path(config.rootpath, os.path.expanduser(os.path.expandvars(config.getini("cache_dir"))))
    except (ValueError, KeyError):
        return  # the project switched the cache off
    if folder.is_dir() and not os.path.isdir(copy):  # else an earlier run in this process has made it
        shutil.copytree(folder, copy, ignore_dangling_symlinks=True)
    config._inicache["cache_dir"] = copy
