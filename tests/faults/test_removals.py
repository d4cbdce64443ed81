"""Every call that removes, replaces or cuts a file is known by name, and there is a reason why it may.

A new one fails here until somebody has thought about whose file it is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import leakcheck

PACKAGE = Path(leakcheck.__file__).parent
SYSTEM = frozenset(
    {
        "rmtree", "unlink", "remove", "rmdir", "removedirs", "rename", "renames", "replace", "move", "truncate",
        "ftruncate", "O_TRUNC", "write_text", "write_bytes", "copy", "copy2", "copyfile", "copytree",
        "unlinkat", "TemporaryDirectory", "NamedTemporaryFile", "removexattr", "chown", "lchown",
    }
)  # fmt: skip
"""Of `os`, `shutil` and `tempfile`, however they are reached: by a call, or as a name for later."""
METHODS = frozenset(
    {"unlink", "rmdir", "rename", "truncate", "write_text", "write_bytes", "removedirs", "rmtree", "hardlink_to"}
)
"""Of paths, entries and streams."""
ALIASES = frozenset({"_unlink", "_rmdir", "_rename", "rmtree", "copy2", "copyfile", "move", "unlink", "remove"})
"""Names under which they are bound at import."""
MODULES = frozenset({"os", "shutil", "tempfile", "posix"})
ENTRY = (
    "reached by descriptors, in the folder that an event counts for; it was seen to be made, or its copy is there"
)
OWN = "in the folder of an audit that this process has made, or that is proven to be one's own"
EXECUTIONS = "reached by descriptors, in the folder that an execution is given for what pytest makes: nobody else's"
ALLOWED = {
    # The primitives: what they do is decided by those who call them.
    ("safe_paths.py", "<module>", "os.unlink"): "bound at import: a test may replace it",
    ("safe_paths.py", "<module>", "os.rmdir"): "bound at import: a test may replace it",
    ("safe_paths.py", "<module>", "os.rename"): "bound at import: a test may replace it",
    ("safe_paths.py", "Entry.unlink", "_unlink"): "one entry of an open folder, never a tree",
    ("safe_paths.py", "Entry.rmdir", "_rmdir"): "one entry of an open folder, which is empty",
    (
        "safe_paths.py",
        "Entry.replace",
        "_rename",
    ): "one entry of an open folder, by a copy of it",
    # The one removal of a tree.
    (
        "own_folders.py",
        "_remove",
        "spot.unlink",
    ): "below the folder that was made, by its identity, on its mount",
    (
        "own_folders.py",
        "_remove",
        "spot.rmdir",
    ): "below the folder that was made, by its identity, on its mount",
    (
        "recorder/process/warm_imports.py",
        "note_imports",
        "os.O_TRUNC",
    ): "one name in the scratch folder of the audit",
    # Views of executions.
    (
        "recorder/outside/namespaces.py",
        "leave_mounts",
        "open for writing",
    ): "what the kernel shows of this process below /proc",
    (
        "recorder/outside/views.py",
        "Views._enter",
        "_open for writing",
    ): "in the folder of a layer, in the scratch folder of the audit",
    (
        "recorder/outside/views.py",
        "trial",
        "os.unlink",
    ): "made by this process, in a layer that is there for nothing else, by a name that nobody has",
    (
        "workspace/own_views.py",
        "OwnViews.begin",
        "Path(scratch, ASKED).write_text",
    ): "one name in the scratch folder of the audit",
    (
        "workspace/own_views.py",
        "OwnViews.end",
        "os.unlink",
    ): "one name in the scratch folder of the audit",
    (
        "workspace/resources/ports.py",
        "_removed",
        "path.unlink",
    ): "one name in the scratch folder of the audit",
    # What is no file.
    ("snapshots/library_objects.py", "_put_back_stream.put_back", "base.truncate"): "a stream in memory",
    # Files of the user.
    ("workspace/undo.py", "_remove", "spot.rmdir"): ENTRY,
    ("workspace/undo.py", "_remove", "spot.unlink"): ENTRY,
    ("workspace/undo.py", "_clear", "spot.rmdir"): ENTRY,
    ("workspace/undo.py", "_clear", "spot.unlink"): ENTRY,
    ("workspace/undo.py", "_restore", "spot.unlink"): ENTRY,
    ("workspace/undo.py", "_make_file", "copy.replace"): ENTRY,
    ("workspace/undo.py", "_overwrite", "spot.unlink"): ENTRY,
    ("workspace/undo.py", "_overwrite", "copy.replace"): ENTRY,
    ("workspace/undo.py", "_replace", "new.unlink"): "left beside its copy by a session that was killed",
    ("workspace/undo.py", "_replace", "new.replace"): ENTRY,
    ("workspace/undo.py", "_own_alike", "os.chown"): "the new file, beside its copy",
    ("workspace/undo.py", "_write", "target.truncate"): ENTRY,
    ("probes/kinds/files.py", "Probe._remove", "spot.unlink"): ENTRY,
    ("probes/kinds/files.py", "Probe._remove", "spot.rmdir"): ENTRY,
    ("probes/kinds/files.py", "Probe._remove", "inner.unlink"): ENTRY,
    ("probes/kinds/files.py", "Probe._remove", "inner.rmdir"): ENTRY,
    ("probes/kinds/files.py", "_restore", "spot.unlink"): ENTRY,
    ("probes/kinds/files.py", "_restore_file", "spot.unlink"): ENTRY,
    ("probes/kinds/files.py", "_restore_file", "target.truncate"): ENTRY,
    ("probes/kinds/files.py", "_restore_file", "_open for writing"): ENTRY,
    ("snapshots/temporary_folders.py", "_restore", "spot.unlink"): EXECUTIONS,
    ("snapshots/temporary_folders.py", "_restore", "spot.rmdir"): EXECUTIONS,
    ("snapshots/temporary_folders.py", "_restore", "_open for writing"): EXECUTIONS,
    ("workspace/undo.py", "_write", "os.fdopen for writing"): ENTRY,
    ("workspace/own_sources.py", "write_sources", "unfinished.replace"): "a source that the user wants changed",
    ("workspace/own_sources.py", "write_sources", "unfinished.unlink"): "the file that was made beside it just now",
    # The copy of a project.
    ("workspace/project_copy.py", "copy_of", "shutil.copytree"): "into a folder that was made a line before",
    ("workspace/project_copy.py", "ProjectCopy._make", "path.unlink"): "in the copy",
    (
        "workspace/project_copy.py",
        "ProjectCopy._make",
        "path.write_bytes",
    ): "in the copy, where nothing is any more",
    ("workspace/project_copy.py", "ProjectCopy.reset", "(self.root / file).unlink"): "in the copy",
    # Parts of audits, and plans.
    ("store/parts.py", "write_part", "os.fdopen for writing"): "a new file beside the one that was asked for",
    ("store/parts.py", "write_part", "beside.replace"): "the file that was asked for (--out)",
    ("store/parts.py", "write_part", "beside.unlink"): "the file that was made beside it just now",
    ("audit/planning/executing.py", "Executing.run", "tempfile.TemporaryDirectory"): "of its own, for a report",
    # Workers of a cluster.
    (
        "audit/worker/workplace.py",
        "Workplace.take",
        "self.engine.launch.folder.segment(asked.tag).unlink",
    ): f"an execution that the host asks for once more, {OWN}",
    (
        "engine/cluster/backend.py",
        "ClusterBackend._keep",
        "Path(self._launch.scratch, f'{tag}.json{REFUSED}').write_bytes",
    ): "what a process there has said, in the scratch folder of the audit",
    ("engine/cluster/backend.py", "ClusterBackend._keep", "self._launch.log(tag).write_text"): (
        "what a process there has printed, in the scratch folder of the audit"
    ),
    ("engine/cluster/claim.py", "_check_holder", "path.unlink"): "the claim of a worker that lives no more",
    ("engine/cluster/claim.py", "_claim", "os.fdopen for writing"): "a new file in the folder of workers' audits",
    ("engine/cluster/claim.py", "claimed", "claim.unlink"): "the claim that was made a line before",
    ("engine/cluster/station.py", "station", "log.open for writing"): "in a temporary folder of its own",
    ("engine/cluster/station.py", "station", "tempfile.TemporaryDirectory"): "of its own, for a log",
    # The folder of an audit.
    ("workspace/kept_patches.py", "keep_patch", "os.fdopen for writing"): f"a new file, {OWN}",
    ("store/kept_fixes.py", "keep_fixes", "os.fdopen for writing"): f"a new file, {OWN}",
    ("store/kept_fixes.py", "keep_fixes", "unfinished.replace"): f"what was kept of proven fixes, {OWN}",
    ("store/proven.py", "<module>", "os.O_TRUNC"): "of the one file of that name, which is no link",
    ("store/proven.py", "keep_proven", "os.fdopen for writing"): f"what an audit has proven, {OWN}",
    ("workspace/touched_files.py", "TouchedFiles.forget_copies", "(self.folder.undo / tag).rename"): OWN,
    ("workspace/touched_files.py", "TouchedFiles.forget_copies", "self.folder.undo.rename"): OWN,
    ("workspace/touched_files.py", "TouchedFiles.put_back_the_start", "self.folder.segment(tag).unlink"): OWN,
    ("engine/engine.py", "Engine.forget_suite", "self.launch.folder.segment(tag).unlink"): OWN,
    ("engine/spawn/backend.py", "SpawnBackend.open", "self._launch.folder.segment(self.suite).unlink"): OWN,
    ("engine/engine.py", "Engine.take_over", "self.launch.folder.segment(tag).rename"): OWN,
    ("engine/disk_space.py", "has_room", "trial.unlink"): OWN,
    ("engine/disk_space.py", "has_room", "os.fdopen for writing"): OWN,
    ("engine/spawn/guard.py", "_set_mark", "os.O_TRUNC"): f"the mark, which holds nothing, {OWN}",
    ("store/folder.py", "AuditFolder.set_mark", "os.O_TRUNC"): f"the mark, which holds nothing, {OWN}",
    ("store/folder.py", "AuditFolder._adopt", "os.replace"): OWN,
    ("store/folder.py", "AuditFolder.begin", "path.unlink"): "the segment that was made a line before",
    ("store/folder.py", "AuditFolder.put_aside", "(self.undo / tag).rename"): OWN,
    ("store/folder.py", "AuditFolder.put_aside", "self.segment(tag).rename"): OWN,
    ("store/folder.py", "AuditFolder.set_beside", "os.replace"): OWN,
    ("store/appending.py", "append", "os.ftruncate"): "what was just written, and not in full",
    ("store/appending.py", "seal_of", "os.truncate"): f"a torn line, {OWN}",
    ("store/appending.py", "write_new", "path.unlink"): "the file that was made a line before",
    ("recorder/outside/file_copies.py", "keep", "shutil.copy2"): "a copy, under a name that is free",
    ("recorder/outside/file_copies.py", "set_attributes", "os.removexattr"): (
        "of the copy, or of a file that is reached by a descriptor and put back"
    ),
    ("workspace/doubts.py", "Doubt.begin", "(folder / NAMES).write_text"): f"a list of names, {OWN}",
    ("workspace/doubts.py", "told_of_killed", "os.rename"): f"to a name that is free, {OWN}",
    ("workspace/stirrings.py", "Stirrings._works", "trial.unlink"): f"the trial that was made a line before, {OWN}",
    # The scratch folder.
    ("recorder/process/boot.py", "_refuse", "open for writing"): "in the scratch folder",
    ("engine/spawn/launch.py", "<module>", "os.O_TRUNC"): "in the scratch folder",
    ("engine/spawn/launch.py", "Launch._start", "os.fdopen for writing"): "in the scratch folder",
    ("engine/spawn/launch.py", "Launch._start", "self.log(tag).open for writing"): "in the scratch folder",
    ("recorder/process/shared_resources.py", "keep_cache_aside", "shutil.copytree"): "to the scratch folder",
    ("recorder/process/shared_resources.py", "own_cache", "shutil.copytree"): "to the scratch folder",
    ("postgres/registry.py", "<module>", "os.remove"): "bound at import: a test may replace it",
    ("postgres/registry.py", "<module>", "os.replace"): "bound at import: a test may replace it",
    ("postgres/registry.py", "Registry._write", "os.O_TRUNC"): "in the scratch folder",
    ("postgres/registry.py", "Registry._write", "_fdopen for writing"): "in the scratch folder",
    ("postgres/registry.py", "Registry.note", "os.O_TRUNC"): "in the scratch folder, by the name of a copy",
    (
        "postgres/registry.py",
        "Registry.note",
        "_fdopen for writing",
    ): "in the scratch folder, by the name of a copy",
    # The user's private folder of leakcheck.
    ("workspace/salts.py", "_forget_old_ones", "each.unlink"): "salts, in leakcheck's folder of this user",
    ("workspace/salts.py", "keep_salt", "os.fdopen for writing"): "made anew, by nobody else",
    ("workspace/project_lock.py", "_taken", "os.ftruncate"): "the lock, in leakcheck's folder of this user",
    # Where the user asks for a report.
    ("cli/output.py", "_replace", "os.fdopen for writing"): "made anew, by nobody else",
    ("cli/output.py", "_replace", "unfinished.replace"): "the file that the user has named for a report",
    ("cli/output.py", "_replace", "unfinished.unlink"): "the unfinished report beside it",
    ("cli/output.py", "_try", "place.unlink"): "the trial beside it",
    ("cli/streams.py", "steady_streams", "open for writing"): "/dev/null",
    # Nothing is done here.
    ("recorder/outside/audit_hook.py", "<module>", "os.O_TRUNC"): "a flag that is looked for",
}


def references(source: Path) -> Iterator[tuple[str, str]]:
    """(function, expression) of all that may remove or replace something."""
    yield from _walk(ast.parse(source.read_text("utf-8")), "<module>")


def _walk(node: ast.AST, where: str) -> Iterator[tuple[str, str]]:
    for child in ast.iter_child_nodes(node):
        inner = where
        if isinstance(child, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
            inner = child.name if where == "<module>" else f"{where}.{child.name}"
        if isinstance(child, ast.Call):
            yield from ((where, found) for found in _of_call(child))
        elif isinstance(child, ast.Attribute) and _is_of_system(child):
            yield where, ast.unparse(child)
        elif isinstance(child, ast.ImportFrom) and child.module in MODULES:
            yield from ((where, f"{child.module}.{each.name}") for each in child.names if each.name in SYSTEM)
        yield from _walk(child, inner)


def _is_of_system(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in MODULES and node.attr in SYSTEM


def _of_call(call: ast.Call) -> Iterator[str]:
    function = call.func
    if isinstance(function, ast.Name) and function.id in ALIASES:
        yield function.id
    if isinstance(function, ast.Attribute) and not _is_of_system(function):
        one = len(call.args) == 1 and not call.keywords  # a text has two, a record has keywords
        if function.attr in METHODS or (function.attr == "replace" and one):
            yield ast.unparse(function)
    if _writes(call):
        yield f"{ast.unparse(function)} for writing"


def _writes(call: ast.Call) -> bool:
    """`open(..., "w")`, `path.open("wb")`: what is there is cut."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    texts = [each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return name.lstrip("_") in ("open", "fdopen") and any(set(text) <= set("wb") and "w" in text for text in texts)


def found() -> dict[tuple[str, str, str], None]:
    return {
        (path.relative_to(PACKAGE).as_posix(), function, expression): None
        for path in sorted(PACKAGE.rglob("*.py"))
        for function, expression in references(path)
    }


def test_nothing_else_removes_or_replaces_anything() -> None:
    assert sorted(set(found()) - set(ALLOWED)) == []


def test_the_list_holds_nothing_that_is_no_more() -> None:
    assert sorted(set(ALLOWED) - set(found())) == []
    assert all(ALLOWED.values())


@pytest.mark.parametrize(
    "line",
    [
        "import shutil\nshutil.rmtree(x)",
        "from shutil import rmtree",
        "import os\nos.remove(x)",
        "import os\nf = os.unlink",
        "import os\nos.open(x, os.O_TRUNC)",
        "path.unlink()",
        "path.replace(other)",
        "open(x, 'w')",
        "path.open('wb')",
        "path.write_text('x')",
    ],
)
def test_it_is_seen_however_it_is_written(line: str, tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text(line)
    assert list(references(tmp_path / "x.py"))


@pytest.mark.parametrize("line", ["text.replace('a', 'b')", "replace(record, a=1)", "open(x)", "open(x, 'a')"])
def test_what_touches_no_file_is_not(line: str, tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text(line)
    assert list(references(tmp_path / "x.py")) == []
