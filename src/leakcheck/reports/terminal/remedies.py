"""The text of `leakcheck fix`: what each fix ends and how it was proven, and under it the patch, as `git apply`
takes it: what stands above a patch is none of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Console

from leakcheck.fixes.remedies import Remedy, Standing, Together
from leakcheck.reports.terminal.page import Piece, emit, encodable, field, in_columns, prose, row
from leakcheck.reports.wording.words import clean, clip, more, place, plural

MAX_FAULTS = 3
_WORDS: Mapping[Standing, tuple[str, str]] = {
    "proven": ("proven", "bold green"),
    "draft": ("a draft: it is not proven", "bold yellow"),
    "none": ("no fix", "bold red"),
    "possible": ("may be fixed", "bold"),
}
_DISLIKED = "a draft: it works, and is not what a reviewer would wish"
_COLOURS: Mapping[str, str] = {"+": "green", "-": "red", "@": "cyan"}


def render_remedies(found: Together, console: Console, unknown: Sequence[str] = ()) -> None:
    """Print each remedy with its patch, and what holds for all of them; `unknown` are tests that no recorded leak
    is known to hurt."""
    for remedy in found.remedies:
        emit(console, head(remedy))
        write_patch(remedy.diff, console)
        emit(console, [row()])
    emit(console, _all(found))
    if unknown:
        noun = plural(len(unknown), "order-dependent test has", "order-dependent tests have")
        emit(console, [prose(f"{noun} no recorded cause: `leakcheck fix --list` names them.")])


def render_list(remedies: Iterable[Remedy], unknown: Iterable[str], console: Console) -> None:
    """Print a line for each cause: whether there may be a fix, and of which form; else why there is none."""
    rows = [(each.id, _WORDS[each.standing][0], _named(each), *_reason(each)) for each in remedies]
    told = in_columns([cells[:3] for cells in rows]) if rows else []
    for cells, full in zip(told, rows, strict=True):
        emit(console, [row((cells[0], "bold"), f"  {cells[1]}  {cells[2].rstrip()}", indent=2)])
        emit(console, [row((text, "dim"), indent=6) for text in full[3:]])
    for test in unknown:
        emit(console, [row(("-", "bold"), f"  no fix  {clip(test)}", indent=2)])
        emit(console, [row(("no recorded location explains what it depends on", "dim"), indent=6)])


def head(remedy: Remedy) -> Iterator[Piece]:
    """What it fixes, how it was proven, what it costs."""
    word, style = _WORDS[remedy.standing]
    is_disliked = remedy.standing == "draft" and bool(remedy.proof)
    word = _DISLIKED if is_disliked else word
    yield row((f"{remedy.id}  ", "bold"), (_named(remedy), "bold cyan"), ": ", (word, style))
    if remedy.proposal is not None:
        yield from field("how  ", [remedy.proposal.name], indent=2)
    if remedy.cause.frees:
        yield from field("frees", [*map(clip, remedy.cause.frees[:MAX_FAULTS]), *_further(remedy)], indent=2)
    yield from field("proof", remedy.proof, indent=2)
    if remedy.standing in ("proven", "draft"):
        yield from field("cost ", [remedy.cost], indent=2)
    label = "why  " if remedy.standing == "none" else "but  " if is_disliked else "wrong"
    yield from field(label, _faults(remedy.faults), indent=2)
    for each in remedy.tried:
        yield from field("tried", [each.name, *(f"  {text}" for text in _faults(each.faults))], indent=2)


def write_patch(diff: str, console: Console) -> None:
    """A patch as it is, but for characters that would hide something: where it is not looked at in a terminal, `git
    apply` takes it from here."""
    for line in ["", *diff.split("\n")[:-1]] if diff else ():
        if console.is_terminal:
            emit(console, [row((clean(line.expandtabs(4)), _COLOURS.get(line[:1], "")))])
        else:
            text = "\t".join(map(clean, line.removesuffix("\r").split("\t"))) + "\r" * line.endswith("\r")
            console.file.write(f"{encodable(text, console.encoding)}\n")


def _named(remedy: Remedy) -> str:
    first, *others = remedy.cause.leaks
    return (
        place(first)
        + "".join(f", {place(each)}" for each in others[:2])
        + "".join(f" {text}" for text in more(len(others) - 2))
    )


def _further(remedy: Remedy) -> tuple[str, ...]:
    return more(len(remedy.cause.frees) - MAX_FAULTS)


def _faults(faults: tuple[str, ...]) -> list[str]:
    return [*map(clip, faults[:MAX_FAULTS]), *more(len(faults) - MAX_FAULTS)]


def _reason(remedy: Remedy) -> tuple[str, ...]:
    if remedy.standing == "none":
        return tuple(_faults(remedy.faults))
    return (remedy.proposal.name,) if remedy.proposal is not None else ()


def _all(found: Together) -> Iterator[Piece]:
    if not found.remedies:
        yield prose("There is nothing to fix: no leak is recorded.")
        return
    proven = [each for each in found.remedies if each.standing == "proven"]
    drafts = sum(each.standing == "draft" for each in found.remedies)
    told = [f"{len(proven)} of {plural(len(found.remedies), 'root cause')} with a proven fix"]
    told += [plural(drafts, "draft")] if drafts else []
    yield prose(f"{', '.join(told)}.")
    if len(proven) > 1 and not found.faults:
        yield prose("All that are proven were made at once, too: nothing else changed.")
    if found.faults:
        yield prose("Made at once, they are not proven:")
        yield from (row(text, indent=2) for text in _faults(found.faults))
