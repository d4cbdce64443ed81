"""Transcripts compared whole with the files in `golden/`."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "golden"


def assert_golden(name: str, text: str) -> None:
    """`text` is what `golden/<name>` holds. Where it is not, it is written beside it as `<name>.new`."""
    file = FOLDER / name
    fresh = file.with_name(f"{name}.new")
    if not file.exists() or file.read_text("utf-8") != text:
        fresh.write_text(text, "utf-8")
    assert file.exists(), f"compare {fresh} by eye and rename it"
    assert text == file.read_text("utf-8")
    fresh.unlink(missing_ok=True)
