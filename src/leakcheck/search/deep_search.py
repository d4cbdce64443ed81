"""The deep search: what leaked, where no watched location tells.

First what is known without a look: what the polluters have changed when they ran alone is put back in front of the
victim, what cured others of them before all else. Where that is not it, the polluters run with a look at everything
before and behind them. Of what cures, ever smaller parts are put back (by owner, by name, then entry by entry),
until the least is found with which the victim behaves as alone. A last run follows just that, line by line, to the
one that wrote it. What tests change, and through which line, is asked once, whoever comes behind them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from leakcheck.analysis.facts.evidence import Evidence, Makers, Witness
from leakcheck.analysis.graph.deep_findings import container
from leakcheck.analysis.graph.untracked_leaks import GLOBALS, left_quietly
from leakcheck.records import DeepLook, DeepPutBack, Location, Order, Pinpoint
from leakcheck.records.questions import puts_back
from leakcheck.search.causes import together
from leakcheck.search.deep_stages import Group, Groups, by_kind, own_groups, stages
from leakcheck.search.nameless import is_asked, nameless, still_open, unnamed
from leakcheck.search.questions import Asked, Asking, Inquiry, ask, shrink
from leakcheck.search.session import AuditSession

PIONEERS = 4
MANY = 4
"""So many tests that differ for a reason without a name are worth a deep look before anything is proven."""
MAX_WITNESSES = 100
MAX_LINES = 30
MAX_COMPANIES = 4
MAX_CONTAINERS = 3
MAX_CURES = 3
FINEST = 16
"""What cures only as a whole, such as all that a module defines, is not cut into more parts than that."""
HALVES = 2
SECONDS = 60.0

Finding = Callable[[AuditSession], list[Witness]]
Inquiring = Callable[[AuditSession, Witness], Inquiry]


def name_early(bench: AuditSession) -> None:
    """Name what carries an edge, before anything is proven of it, where it is what the polluters leave alone.

    Where many stay without a name they are likely to have one in common: a few are looked into, and what is found
    is tried on all."""
    _in_turn(bench, unnamed, _inquire_early)
    if len(_one_each(nameless(bench))) >= MANY:
        ask(bench, "deep", [_inquire(bench, each) for each in _pioneers(nameless(bench))])
        _in_turn(bench, nameless, _inquire_known)


def look_deep(bench: AuditSession) -> None:
    """Name the location of every confirmed edge that has none.

    What is confirmed is worth some time even where that for finding more is spent.
    """
    bench.allow(SECONDS)
    _in_turn(bench, still_open, _inquire)


def _in_turn(bench: AuditSession, find: Finding, inquire: Inquiring) -> None:
    """A few tests first, one behind each polluter; with what was found all who can be asked in company, then one
    witness of each test, one behind each polluter, then the others that do not follow from these: each is a
    question or two."""
    for choose in (_pioneers, _one_each, _one_behind_each, _by_turns):
        bench.spend("deep", _in_company(bench, find(bench)))
        ask(bench, "deep", [inquire(bench, each) for each in choose(find(bench))[:MAX_WITNESSES]])


def _pioneers(witnesses: Sequence[Witness]) -> list[Witness]:
    return _one_behind_each(_one_each(witnesses))[:PIONEERS]


def _one_behind_each(witnesses: Sequence[Witness]) -> list[Witness]:
    first: dict[Makers, Witness] = {}
    for witness in witnesses:
        first.setdefault(witness.makers, witness)
    return list(first.values())


def _one_each(witnesses: Sequence[Witness]) -> list[Witness]:
    first: dict[str, Witness] = {}
    for witness in witnesses:
        first.setdefault(witness.test, witness)
    return list(first.values())


def _by_turns(witnesses: Sequence[Witness]) -> list[Witness]:
    """One behind each polluter, then a second behind each, and so on."""
    turns: Counter[Makers] = Counter()
    ranked = []
    for witness in witnesses:
        turns[witness.makers] += 1
        ranked.append((turns[witness.makers], witness))
    return [witness for _, witness in sorted(ranked, key=lambda row: row[0])]


def name_lines(bench: AuditSession) -> None:
    """Find the line that leaves what hurts nobody, for one test of each location."""
    wanted: dict[str, list[Location]] = {}
    known: set[Location] = set()
    for left in left_quietly(bench.executions, bench.suite):
        if left.change.location not in known and not bench.is_lethal(left.by):
            known.add(left.change.location)
            if not left.change.sources:
                wanted.setdefault(left.by, []).append(left.change.location)
    ask(bench, "lines", [_inquire_lines(test, places) for test, places in list(wanted.items())[:MAX_LINES]])


def _inquire_lines(test: str, locations: Sequence[Location]) -> Inquiry:
    """What a test changed is told before the last test runs: it runs twice."""
    yield [Asked(Witness((test,), test), Pinpoint(tuple(locations)))]


# What is asked about one ----------------------------------------------------------------------------------------


def _inquire(bench: AuditSession, witness: Witness) -> Inquiry:
    if (yield from _without_a_look(bench, witness)):
        return
    evidence = yield [Asked(witness, DeepLook())]
    changes = evidence.deep.get(witness.makers, ())
    places = [change.location for change in changes]
    known = _same_as_others(bench, witness, places), _alike(bench, places)
    for groups in (*known, *stages(changes, bench.suite)):
        if (yield from _cured_by(bench, witness, groups)):
            yield from _of_each_maker(bench, witness)
            return


def _inquire_early(bench: AuditSession, witness: Witness) -> Inquiry:
    yield from _without_a_look(bench, witness)


def _inquire_known(bench: AuditSession, witness: Witness) -> Inquiry:
    """Put back what cured others, whether or not it is known to be changed here."""
    evidence = bench.evidence()
    near = _near(bench, witness)
    # What was put back in company cures, and its lines are not known yet.
    known = [each for each in near if evidence.cured(witness, each)]
    new = [each for each in near if not is_asked(evidence, witness, each)]
    yield from _cured_by(bench, witness, (*known, *new)[:MAX_CURES])


def _without_a_look(bench: AuditSession, witness: Witness) -> Asking[bool]:
    """Put back what is known to be changed by the makers of `witness`. Returns whether that was it."""
    if witness.makers in bench.evidence().deep:
        return False
    places = left_alone(bench, witness.before)
    known = _same_as_others(bench, witness, places), _unseen_alone(bench, witness), _containers(bench, witness)
    for groups in (*known, own_groups(places, bench.suite)):
        if (yield from _cured_by(bench, witness, groups)):
            yield from _of_each_maker(bench, witness)
            return True
    return False


def _of_each_maker(bench: AuditSession, witness: Witness) -> Inquiry:
    """Where several hurt only together, one thing put back is a cure: what the others leave is part of it, too."""
    for maker in witness.before if len(witness.before) > 1 else ():
        mine = left_alone(bench, (maker,))
        if not mine and witness.makers not in bench.evidence().deep:
            yield [Asked(witness, DeepLook())]
        evidence = bench.evidence()
        seen = [change for change in evidence.deep.get(witness.makers, ()) if change.cause == maker]
        places = mine or [change.location for change in seen]
        tried = evidence.pinpointed_behind.get(witness.makers, ())
        named = {place for group in tried if evidence.proves(witness, group) for place in group}
        if named.isdisjoint((*places, *(container(place, bench.suite) for place in places))):
            for groups in [own_groups(mine, bench.suite)] if mine else stages(seen, bench.suite):
                if (yield from _cured_by(bench, witness, groups)):
                    break


def left_alone(bench: AuditSession, makers: Makers) -> list[Location]:
    """What these tests change where no probe tracks, each alone, and what can be put back."""
    profiles = (bench.evidence().profiles.get(test) for test in makers)
    places = {place for each in profiles if each is not None for place in each.places_elsewhere}
    return sorted(place for place in places if bench.suite.kind(place).restorable)


def _cured_by(bench: AuditSession, witness: Witness, groups: Groups) -> Asking[bool]:
    """Whether one of `groups` cures: then the least part of the smallest is known, and its lines."""
    asked = [group for group in dict.fromkeys(groups) if group]
    if not asked:
        return False
    evidence = yield [_put_back(witness, group) for group in asked]
    cures = [group for group in asked if evidence.cured(witness, group)]
    if not cures:
        return False
    best = min(cures, key=len)
    if best in _cures(evidence):
        least = best
    else:
        evidence = yield [Asked(witness, DeepPutBack(best, placebo=True))]
        if evidence.is_placebo(witness, best):
            return True  # whatever is put back would do the same
        least = best if best in _containers(bench, witness) else (yield from _least(bench, witness, best))
    yield [Asked(witness, Pinpoint(least))]
    return True


def _put_back(witness: Witness, locations: Group) -> Asked:
    return Asked(witness, DeepPutBack(locations))


def _same_as_others(bench: AuditSession, witness: Witness, changed: Sequence[Location]) -> Groups:
    """What cured others, as far as it is known to be changed. Where that took several kinds of state at once, one
    of them may do here: a row and the lock on its table hurt one test, the lock alone many."""
    found = [places for places in _near(bench, witness) if set(places) <= set(changed)]
    return [*dict.fromkeys(part for places in found for part in (*by_kind(places), places))]


def _unseen_alone(bench: AuditSession, witness: Witness) -> Groups:
    """What cured others, and no test that ran alone was seen to change, since none is looked at there: these makers
    may change it as well."""
    profiles = bench.evidence().profiles.values()
    cures = _near(bench, witness)[:MAX_CURES]
    return [places for places in cures if not any(set(places) & each.places_elsewhere for each in profiles)]


def _containers(bench: AuditSession, witness: Witness) -> Sequence[Group]:
    """The containers of entries that cured others, each as a whole: there is no need to know what was changed in
    them here."""
    wholes = (container(each, bench.suite) for places in _near(bench, witness) for each in places)
    return [(each,) for each in dict.fromkeys(wholes)][:MAX_CONTAINERS]


def _near(bench: AuditSession, witness: Witness) -> Sequence[Group]:
    """What cured others: those of the same makers, or the same test behind others; else whoever it was."""
    evidence = bench.evidence()
    cures = _cures(evidence)
    mine = (places for _, places in evidence.restored_by_test.get(witness.test, ()))
    near = [each for each in (*evidence.pinpointed_behind.get(witness.makers, ()), *mine) if each in cures]
    return list(dict.fromkeys(near)) or list(cures)


def _cures(evidence: Evidence) -> Mapping[Group, None]:
    """The least that cured somebody."""
    return dict.fromkeys(
        places
        for witness, places in evidence.restored
        if (witness.makers, places) in evidence.pinpointed and evidence.proves(witness, places)
    )


def _alike(bench: AuditSession, changed: Sequence[Location]) -> Groups:
    """What is in the same containers as what cured anybody, and what is of the same kind: many tests are made after
    one pattern. (What all modules hold has none, and to forget a module is to
    forget all that was changed in it.)"""
    places = dict.fromkeys(each for group in _cures(bench.evidence()) for each in group)
    parents = dict.fromkeys(container(each, bench.suite) for each in places)
    inside = (each for each in changed if container(each, bench.suite) in parents)
    yield from ((each,) for each in dict.fromkeys(container(each, bench.suite) for each in inside))
    for kind in dict.fromkeys(each.kind for each in places if bench.suite.kind(each).about.put_back != "apart"):
        if kind != GLOBALS:
            yield tuple(each for each in changed if each.kind == kind)


def _least(bench: AuditSession, witness: Witness, locations: Group) -> Asking[Group]:
    """The smallest part of `locations` that still cures: whose they are, under which name, in which container; and
    of its entries, which are told as the container if there are several, by halves."""
    levels: tuple[tuple[Callable[[Location], object], int], ...] = (
        (_owner, FINEST),
        (_name, FINEST),
        (lambda location: container(location, bench.suite), FINEST),
        (lambda location: location, HALVES),
    )
    for key, finest in levels:
        groups: dict[object, list[Location]] = {}
        for location in locations:
            groups.setdefault(key(location), []).append(location)
        found = yield from shrink(
            [tuple(group) for group in groups.values()],
            lambda part: _put_back(witness, _all_of(part)),
            lambda evidence, asked: evidence.cured(witness, puts_back(asked.question)),
            finest,
        )
        locations = _all_of(found)
    return (yield from _as_container(bench, witness, locations))


def _as_container(bench: AuditSession, witness: Witness, locations: Group) -> Asking[Group]:
    """The container of several entries in their place, if that cures as well: one location, for others too."""
    parents = {container(each, bench.suite) for each in locations}
    if len(locations) > 1 and len(parents) == 1:
        evidence = yield [_put_back(witness, tuple(parents))]
        if evidence.cured(witness, tuple(parents)):
            return tuple(parents)
    return locations


def _all_of(groups: Iterable[Group]) -> Group:
    return tuple(location for group in groups for location in group)


def _owner(location: Location) -> object:
    return location.kind, location.owner


def _name(location: Location) -> object:
    """The name in its module through which it is reached."""
    return location.kind, location.owner, location.key.partition("[")[0].partition(".")[0]


# Many in company ------------------------------------------------------------------------------------------------


def _in_company(bench: AuditSession, witnesses: Sequence[Witness]) -> list[Order]:
    """What cured others is put back behind the same makers, for all who can be asked in one execution."""
    evidence = bench.evidence()
    by_makers: dict[Makers, list[Witness]] = {}
    for each in (each for each in witnesses if each.before):
        by_makers.setdefault(each.before, []).append(each)
    orders: list[Order] = []
    for makers, mine in by_makers.items():
        changed = [*left_alone(bench, makers), *(change.location for change in evidence.deep.get(makers, ()))]
        alike = [places for places in _same_as_others(bench, mine[0], changed) if len(by_kind(places)) == 1]
        fitting = [*alike, *_containers(bench, mine[0])]
        for places in list(dict.fromkeys(fitting))[:MAX_COMPANIES]:
            new = [each for each in mine if not is_asked(evidence, each, places)]
            orders += together(bench, new, places)
    return orders
