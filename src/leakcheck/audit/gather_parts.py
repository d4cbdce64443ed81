"""The parts that are to be merged: read, held against one another, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from leakcheck import __version__
from leakcheck.errors import Unreadable, UsageError
from leakcheck.nouns import agreeing, plural
from leakcheck.records import Suite
from leakcheck.store import Audit, AuditFolder, read_audit
from leakcheck.store.parts import read_manifest, unpack
from leakcheck.text import some
from leakcheck.wire.events import FORMAT
from leakcheck.wire.manifest import Manifest
from leakcheck.workspace.source_digests import changed, differences

MAX_TOLD = 10


@dataclass(frozen=True)
class Opened:
    """A part that can be read."""

    name: str
    manifest: Manifest
    folder: AuditFolder
    audit: Audit


@dataclass(frozen=True)
class Gathered:
    """The parts of one audit, by their numbers; and in sentences what is missing of it. `unseen` are the tests of
    shards that are missing, or did not come to their end."""

    parts: Sequence[Opened]
    holes: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    @property
    def first(self) -> Opened:
        return self.parts[0]

    @property
    def suite(self) -> Suite:
        return self.first.audit.suite

    @property
    def shards(self) -> int:
        return self.first.manifest.shards

    @property
    def there(self) -> tuple[int, ...]:
        return tuple(each.manifest.shard for each in self.parts)


def gather(files: Sequence[str], base: Path) -> Gathered:
    """The parts in `files`, unpacked below `base`. UsageError names what keeps them from being one audit;
    `Unreadable`, if none of them can be read."""
    found: list[Opened] = []
    damaged: dict[str, Unreadable] = {}
    for number, file in enumerate(dict.fromkeys(files)):
        place = base / str(number)
        place.mkdir(mode=0o700)
        try:
            found.append(_open(Path(file), place))
        except Unreadable as error:
            damaged[file] = error
    if not found:
        raise next(iter(damaged.values()), UsageError("name the parts to merge"))
    found.sort(key=lambda each: each.manifest.shard)
    _check_once(found)
    for other in found[1:]:
        _check_alike(found[0], other)
    return _with_holes(found, damaged)


def _open(path: Path, place: Path) -> Opened:
    manifest = read_manifest(path)
    folder = unpack(path, place)
    audit = read_audit(folder)
    if audit.damaged:
        raise Unreadable(
            f"{path} is damaged: {some([f'{each}.jsonl' for each in audit.damaged])} is not as written"
        )
    return Opened(str(path), manifest, folder, audit)


def _check_once(parts: Sequence[Opened]) -> None:
    known: dict[int, str] = {}
    for each in parts:
        if not each.manifest.shards:
            raise UsageError(
                f"{each.name} is a whole audit, and no shard", hint=f"`leakcheck report {each.name}` shows it."
            )
        if each.manifest.shard in known:
            raise UsageError(
                f"{known[each.manifest.shard]} and {each.name} are both {each.manifest.title}",
                hint="Name each shard once.",
            )
        known[each.manifest.shard] = each.name


def _check_alike(one: Opened, other: Opened) -> None:
    wrong = list(_unlike(one, other))
    if wrong:
        more = [f"and {len(wrong) - MAX_TOLD} more"] if len(wrong) > MAX_TOLD else []
        raise UsageError(
            f"{one.name} and {other.name} are no parts of one audit",
            detail="\n".join(f"  {text}" for text in [*wrong[:MAX_TOLD], *more]),
            hint="All shards need the same leakcheck and options, the same sources, and the same environment.",
        )


def _unlike(one: Opened, other: Opened) -> Iterator[str]:
    """What they have not in common, each in a few words: first's before other's."""
    first, second = one.manifest, other.manifest
    if first.shards != second.shards:
        yield f"there are {plural(first.shards, 'shard')} in one and {second.shards} in the other"
    if first.leakcheck != second.leakcheck:
        yield f"leakcheck was {first.leakcheck} for one and {second.leakcheck} for the other"
    yield from _differing("the option {}", first.options, second.options)
    yield from differences(first.sources, second.sources)
    yield from _differing("{}", first.distributions, second.distributions)
    yield from other_suite(one.audit.suite, other.audit.suite)


def _differing(what: str, one: Mapping[str, str], other: Mapping[str, str]) -> Iterator[str]:
    for name in changed(one, other):
        told = what.format(name.replace("_", "-"))
        yield f"{told} was {one.get(name, 'absent')} for one and {other.get(name, 'absent')} for the other"


def other_suite(one: Suite, other: Suite) -> Iterator[str]:
    """What the one has not in common with the other, each in a few words."""
    for what in ("python", "pytest", "invocation"):
        before, now = getattr(one, what), getattr(other, what)
        if before != now:
            yield f"{what} was {before} for one and {now} for the other"
    if one.ids != other.ids:
        only = sorted(set(one.ids) ^ set(other.ids))
        yield f"only one of them has {some(only)}" if only else "the tests are declared in another order"
    if one.plugins != other.plugins:
        yield f"the plugins were {', '.join(one.plugins)} for one and {', '.join(other.plugins)} for the other"


def check_here(parts: Gathered) -> None:
    """UsageError unless this leakcheck can ask further."""
    audit = parts.first.audit
    if audit.leakcheck != __version__ or audit.format != FORMAT:
        raise UsageError(
            f"the parts were made by leakcheck {audit.leakcheck}, this is {__version__}",
            hint="Use that one, or add --no-run.",
        )


def _with_holes(parts: Sequence[Opened], damaged: Mapping[str, Unreadable]) -> Gathered:
    """What no part is about is unknown, and who did not come to run alone in one that was not finished."""
    suite = parts[0].audit.suite
    nobodys = set(suite.ids).difference(*(each.manifest.share for each in parts))
    broken = {each.manifest.shard: set(each.manifest.share) - _alone(each.audit) for each in _unfinished(parts)}
    holes = [*_missing(parts, len(nobodys)), *(error.message for error in damaged.values())]
    for number, tests in broken.items():
        ran = f"{plural(len(tests), 'test')} of it never ran alone"
        holes.append(f"Shard {number} of {parts[0].manifest.shards} was not finished: {ran}")
    unseen = nobodys.union(*broken.values())
    return Gathered(parts, tuple(f"{each}." for each in holes), tuple(test for test in suite.ids if test in unseen))


def _missing(parts: Sequence[Opened], tests: int) -> Iterator[str]:
    """A sentence on the shards that are not there, or on tests that are in none although all are there."""
    total = parts[0].manifest.shards
    numbers = sorted(set(range(1, total + 1)) - {each.manifest.shard for each in parts})
    if numbers:
        shards, are = agreeing(len(numbers), "Shard", "Shards"), agreeing(len(numbers), "is", "are")
        named = f"{shards} {some(list(map(str, numbers)))} of {total} {are} missing"
        yield f"{named}: {plural(tests, 'test is', 'tests are')} unknown"
    elif tests:
        yield f"{plural(tests, 'test is', 'tests are')} in no shard: not all had the same durations"


def _unfinished(parts: Sequence[Opened]) -> Iterator[Opened]:
    return (each for each in parts if not each.audit.finished)


def _alone(audit: Audit) -> frozenset[str]:
    return frozenset(run.test for each in audit.executions if each.order.kind == "isolated" for run in each.runs)
