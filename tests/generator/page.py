"""Writing a generated file: text, and the line of every mark."""

import json
import re
import sys
from dataclasses import dataclass, field

from .layout import Block, Sheet
from .parts import Code, Entry, Fixture, code
from .truth import Source


@dataclass
class Page:
    """A file being written; `sources` are the lines of the marks so far."""

    path: str
    lines: list[str] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)

    def add(self, lines: Code, indent: int = 0, fixture: str | None = None) -> None:
        """Write lines; a marked one becomes the source of that mark."""
        for line in lines:
            self.lines.append(f"{' ' * indent}{line.text}".rstrip())
            if line.mark:
                self.sources[line.mark] = Source(self.path, len(self.lines), self._function(), fixture)

    def add_text(self, text: str) -> None:
        """Write lines that mark nothing."""
        self.lines.extend(text.strip("\n").splitlines())

    def gap(self, blank_lines: int) -> None:
        """Leave some lines blank."""
        self.lines.extend([""] * blank_lines)

    @property
    def text(self) -> str:
        """The whole file."""
        return "\n".join(self.lines) + "\n"

    def _function(self) -> str:
        """The function that the last line stands in."""
        depth = len(self.lines[-1]) - len(self.lines[-1].lstrip())
        heads = (re.match(r"( *)(?:async )?def (\w+)", line) for line in reversed(self.lines))
        return next(head[2] for head in heads if head and len(head[1]) < depth)


def sheet_page(sheet: Sheet, test_cost: int) -> Page:
    """The page of a test file."""
    entries = [entry for block in sheet.blocks for entry in block.entries]
    fixtures = dict.fromkeys(fixture for entry in entries for fixture in entry.fixtures)
    own = [fixture for fixture in fixtures if not fixture.common]
    page = Page(sheet.path)
    add_imports(page, _needed_imports(entries, own, test_cost))
    for fixture in own:
        add_fixture(page, fixture)
    for block in sheet.blocks:
        _add_block(page, block, test_cost)
    return page


def _needed_imports(entries: list[Entry], fixtures: list[Fixture], test_cost: int) -> frozenset[str]:
    parts: list[Entry | Fixture] = [*entries, *fixtures]
    needed = frozenset[str]().union(*(part.imports for part in parts))
    decorated = bool(fixtures) or any(entry.asynchronous or entry.cases for entry in entries)
    if decorated or any("pytest." in line.text for part in parts for line in part.body):
        needed |= {"import pytest"}
    return needed | {"from app.work import spend"} if test_cost else needed


def add_imports(page: Page, imports: frozenset[str]) -> None:
    """Write the imports: the standard library's, other packages', the project's; those of modules first."""
    for ours in (_is_standard, _is_foreign, _is_own):
        group = sorted(filter(ours, imports), key=lambda text: (text.startswith("from "), text))
        if group:
            page.gap(1 if page.lines else 0)
            page.lines.extend(group)


def _is_standard(text: str) -> bool:
    return _package(text) in sys.stdlib_module_names


def _is_own(text: str) -> bool:
    return _package(text) in ("app", "tests")


def _is_foreign(text: str) -> bool:
    return not _is_standard(text) and not _is_own(text)


def _package(text: str) -> str:
    return re.split(r"[ .]", text)[1]


def add_fixture(page: Page, fixture: Fixture) -> None:
    """Write a fixture."""
    scope = "" if fixture.scope == "function" else f'(scope="{fixture.scope}")'
    page.gap(2 if page.lines else 0)
    page.add_text(f"@pytest.fixture{scope}\ndef {fixture.name}({', '.join(fixture.params)}):")
    page.add(fixture.body, 4, fixture.name)


def _add_block(page: Page, block: Block, test_cost: int) -> None:
    if block.class_name:
        page.gap(2 if page.lines else 0)
        page.add_text(f"class {block.class_name}:")
    for index, entry in enumerate(block.entries):
        page.gap(bool(index) if block.class_name else 2 if page.lines else 0)
        _add_entry(page, entry, 4 if block.class_name else 0, test_cost)


def _add_entry(page: Page, entry: Entry, indent: int, test_cost: int) -> None:
    if entry.asynchronous:
        page.add(code("@pytest.mark.anyio"), indent)
    if entry.cases:
        page.add(code(f'@pytest.mark.parametrize("{entry.parameter}", {json.dumps(entry.cases)})'), indent)
    params = ", ".join((*(["self"] if indent else []), *entry.params))
    page.add(code(f"{'async ' if entry.asynchronous else ''}def {entry.name}({params}):"), indent)
    if test_cost:
        page.add(code(f"spend({test_cost})"), indent + 4)
    page.add(entry.body, indent + 4)
